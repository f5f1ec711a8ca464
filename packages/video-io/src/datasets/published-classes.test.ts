import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDiving48, readHmdb51, readKinetics, readSomethingSomething, readUcf101 } from '../index.js';
import { all, file, folder, refusal } from './published-files.test-support.js';

describe('Kinetics', () => {
  const header = 'label,youtube_id,time_start,time_end,split,is_cc\n';
  it('reads the published CSV, quoted labels and ids that begin with a dash', async () => {
    const rows = '"air drumming",_dbcJuKJQNs,40,50,train,0\r\nabseiling,-3B32lodo2M,59,69,train,1\r\n';
    const path = await file('train.csv', `\uFEFF${header}${rows}`);
    const dataset = await readKinetics(path, { videos: '/k400/my videos', layout: 'by-class' });
    expect(dataset.classes).toEqual(['abseiling', 'air drumming']);
    const id = '_dbcJuKJQNs_000040_000050';
    expect((await all(dataset))[0]).toEqual({
      id,
      source: `/k400/my videos/air drumming/${id}.mp4`,
      captions: [],
      label: 1,
    });
    const flat = await readKinetics(path, {
      videos: '/k400',
      layout: 'flat',
      classes: ['air drumming', 'abseiling'],
    });
    expect(await flat.at(1)).toMatchObject({ source: '/k400/-3B32lodo2M_000059_000069.mp4', label: 1 });
  });

  it('reads the test split, which has no labels', async () => {
    const path = await file('test.csv', 'youtube_id,time_start,time_end,split\n--6bJUbfpnQ,17,27,test\n');
    const dataset = await readKinetics(path, { videos: '/v', layout: 'flat' });
    expect(dataset.classes).toBeUndefined();
    expect(await dataset.at(0)).toEqual({
      id: '--6bJUbfpnQ_000017_000027',
      source: '/v/--6bJUbfpnQ_000017_000027.mp4',
      captions: [],
    });
  });

  it.each([
    ['label,youtube_id,time_start,split\nx,a,0,train\n', 1, /"time_end", separated by commas/],
    [`${header.replaceAll(',', ' ')}x a 0 10 train 0\n`, 1, /separated by commas, got label youtube_id/],
    [`${header}x,a,0,10,train,0\ny,a,0,10,train,0\n`, 3, /"a_000000_000010", which is already on line 2/],
    [`${header}x,a,0,ten,train,0\n`, 2, /whole seconds, got "0" and "ten"/],
    [`${header}x,a,10,10,train,0\n`, 2, /end after the start/],
    [`${header}x,a,0,10\n`, 2, /expected 6 cells, as in the header, got 4/],
    [`${header}dancing,a,0,10,train,0\n`, 2, /one of 2 classes, got "dancing"/],
  ])('refuses %j', async (text, line, message) => {
    const path = await file('bad.csv', text);
    const reading = readKinetics(path, { videos: '/v', layout: 'flat', classes: ['x', 'y'] });
    await expect(reading).rejects.toEqual(refusal(line, message));
  });
});

describe('Something-Something V2', () => {
  const labels = '{"Holding something next to something":"1","Approaching something with your camera":"0"}';
  const entry = (id: string) =>
    `{"id":"${id}","label":"holding potato next to [a] bottle","template":"Holding [something] next to [something]","placeholders":["potato","[a] bottle"]}`;

  it('reads the published JSON', async () => {
    const path = await file('ssv2/train.json', `[${entry('78687')},\n{"id":"1420"}\n]`);
    const dataset = await readSomethingSomething(path, {
      videos: '/ssv2',
      labels: await file('ssv2/labels.json', labels),
    });
    expect(dataset.classes).toEqual([
      'Approaching something with your camera',
      'Holding something next to something',
    ]);
    expect(await all(dataset)).toEqual([
      { id: '78687', source: '/ssv2/78687.webm', captions: ['holding potato next to [a] bottle'], label: 1 },
      { id: '1420', source: '/ssv2/1420.webm', captions: [] },
    ]);
  });

  it.each([
    [`[${entry('1')},\r\n${entry('1')}]`, 2, /every id once, got "1" again/],
    [`[${entry('1')},\n{"id":2}]`, 2, /expected "id" to be text, got 2/],
    [
      `[\n${entry('1')},\n{"id":"2","label":"x","template":"Eating [something]"}]`,
      3,
      /got "Eating something"/,
    ],
    [`[${entry('1')}\n${entry('2')}]`, 1, /JSON/],
    [`[${entry('1')},\n]`, 2, /beside a comma/],
    [`[${entry('1')},\n${entry('2')}`, 2, /closing bracket/],
    ['{"id":"1"}', 1, /JSON array/],
    ['[]', undefined, /at least one/],
  ])('refuses %j', async (text, line, message) => {
    const options = { videos: '/v', labels: await file('ssv2/labels.json', labels) };
    const path = await file('ssv2/bad.json', text);
    await expect(readSomethingSomething(path, options)).rejects.toEqual(refusal(line, message));
  });

  it('refuses label files whose numbers leave a gap', async () => {
    const options = { videos: '/v', labels: await file('ssv2/gap.json', '{"a":"0","b":"2"}') };
    const path = await file('ssv2/good.json', `[${entry('1')}]`);
    await expect(readSomethingSomething(path, options)).rejects.toEqual(
      refusal(1, /0 to 1, each once, got "2"/),
    );
  });
});

describe('UCF101', () => {
  const classes = '1 ApplyEyeMakeup\r\n2 ApplyLipstick\r\n';
  it('reads train lists with numbers and test lists without', async () => {
    const options = { videos: '/UCF-101', classes: await file('ucf/classInd.txt', classes) };
    const train = await readUcf101(
      await file(
        'ucf/trainlist01.txt',
        'ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi 1\r\nApplyLipstick/v a b.avi 2\r\n',
      ),
      options,
    );
    expect(train.classes).toEqual(['ApplyEyeMakeup', 'ApplyLipstick']);
    expect((await all(train)).map(({ source, label }) => [source, label])).toEqual([
      ['/UCF-101/ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi', 0],
      ['/UCF-101/ApplyLipstick/v a b.avi', 1],
    ]);
    const test = await readUcf101(
      await file('ucf/testlist01.txt', 'ApplyLipstick/v_ApplyLipstick_g01_c01.avi\n'),
      options,
    );
    expect(await test.at(0)).toMatchObject({ id: 'ApplyLipstick/v_ApplyLipstick_g01_c01.avi', label: 1 });
  });

  it.each([
    ['ApplyLipstick/a.avi 2\nApplyLipstick/a.avi 2\n', 2, /every id once/],
    ['ApplyLipstick/a.avi 1\n', 1, /expected 2 for "ApplyLipstick", got 1/],
    ['ApplyLipstick/a.avi 2\nJuggling/a.avi 3\n', 2, /class of classInd.txt, got "Juggling"/],
    ['a.avi 1\n', 1, /class\/video/],
    ['ApplyLipstick/a.avi,2\nApplyLipstick,a.avi 2', 2, /class\/video/],
  ])('refuses %j', async (text, line, message) => {
    const options = { videos: '/v', classes: await file('ucf/classInd.txt', classes) };
    await expect(readUcf101(await file('ucf/bad.txt', text), options)).rejects.toEqual(
      refusal(line, message),
    );
  });

  it('refuses class numbers out of order', async () => {
    const options = { videos: '/v', classes: await file('ucf/gap.txt', '1 A\n3 B\n') };
    const path = await file('ucf/list.txt', 'A/a.avi 1\n');
    await expect(readUcf101(path, options)).rejects.toEqual(refusal(2, /expected number 2, got 3/));
  });
});

describe('HMDB51', () => {
  it('reads one split of all classes', async () => {
    await file('hmdb/wave_test_split1.txt', 'w (1) #2_wave_u.avi 2 \nw3_wave_u.avi 1 \n');
    await file('hmdb/brush_hair_test_split1.txt', 'b1.avi 1 \nb2.avi 0 \nb3.avi 1 \n');
    await file('hmdb/brush_hair_test_split2.txt', 'b1.avi 2 \n');
    const train = await readHmdb51(join(folder, 'hmdb'), { videos: '/hmdb', split: 1, part: 'train' });
    expect(train.classes).toEqual(['brush_hair', 'wave']);
    expect((await all(train)).map(({ id, label }) => [id, label])).toEqual([
      ['brush_hair/b1.avi', 0],
      ['brush_hair/b3.avi', 0],
      ['wave/w3_wave_u.avi', 1],
    ]);
    const test = await readHmdb51(join(folder, 'hmdb'), { videos: '/hmdb', split: 1, part: 'test' });
    expect(await all(test)).toEqual([
      { id: 'wave/w (1) #2_wave_u.avi', source: '/hmdb/wave/w (1) #2_wave_u.avi', captions: [], label: 1 },
    ]);
  });

  it('refuses a line of another form, and folders without such a split', async () => {
    const path = dirname(await file('hmdb bad/wave_test_split1.txt', 'a.avi 1\nb.avi,1\n'));
    const options = { videos: '/v', part: 'train' } as const;
    await expect(readHmdb51(path, { ...options, split: 1 })).rejects.toEqual(refusal(2, /got "b.avi,1"/));
    await expect(readHmdb51(path, { ...options, split: 3 })).rejects.toEqual(
      refusal(undefined, /_test_split3/),
    );
    await expect(readHmdb51('/absent', { ...options, split: 3 })).rejects.toEqual(
      refusal(undefined, /ENOENT/),
    );
  });
});

describe('Diving48', () => {
  const vocabulary = '[["Back", "15som", "05Twis", "FREE"], ["Back", "15som", "NoTwis", "PIKE"]]';
  it('reads the published JSON', async () => {
    const path = await file(
      'diving/Diving48_V2_train.json',
      '[{"vid_name": "-mfbHOmGCqo_00001", "label": 1, "start_frame": 0, "end_frame": 139}]',
    );
    const dataset = await readDiving48(path, {
      videos: '/diving/rgb',
      vocabulary: await file('diving/Diving48_vocab.json', vocabulary),
    });
    expect(dataset.classes).toEqual(['Back 15som 05Twis FREE', 'Back 15som NoTwis PIKE']);
    expect(await all(dataset)).toEqual([
      { id: '-mfbHOmGCqo_00001', source: '/diving/rgb/-mfbHOmGCqo_00001.mp4', captions: [], label: 1 },
    ]);
  });

  it.each([
    ['[{"vid_name":"a","label":0},\n{"vid_name":"a","label":0}]', 2, /every id once/],
    ['[{"vid_name":"a","label":2}]', 1, /from 0 to 1, got 2/],
    ['[{"label":1}]', 1, /"vid_name" to be text, got nothing/],
  ])('refuses %j', async (text, line, message) => {
    const options = { videos: '/v', vocabulary: await file('diving/vocab.json', vocabulary) };
    await expect(readDiving48(await file('diving/bad.json', text), options)).rejects.toEqual(
      refusal(line, message),
    );
  });
});
