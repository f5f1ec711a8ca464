import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  readDiving48,
  readEpicKitchens,
  readHmdb51,
  readInternVid,
  readKinetics,
  readMsrVtt,
  readMsrVttPairs,
  readSomethingSomething,
  readUcf101,
  type VideoDataset,
  type VideoSample,
} from '../index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm published '));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

async function all(dataset: VideoDataset): Promise<VideoSample[]> {
  return Promise.all(Array.from({ length: dataset.length }, (_, i) => dataset.at(i)));
}

const refusal = (line: number | undefined, message: RegExp) =>
  expect.objectContaining({ code: 'MANIFEST_INVALID', line, message: expect.stringMatching(message) });

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
    [`${header}x,a,0,10,train,0\ny,a,0,10,train,0\n`, 3, /id "a_000000_000010" is already on line 2/],
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
    [`[${entry('1')},\r\n${entry('1')}]`, 2, /id "1" is there already/],
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
    ['ApplyLipstick/a.avi 2\nApplyLipstick/a.avi 2\n', 2, /there already/],
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
    ['[{"vid_name":"a","label":0},\n{"vid_name":"a","label":0}]', 2, /there already/],
    ['[{"vid_name":"a","label":2}]', 1, /from 0 to 1, got 2/],
    ['[{"label":1}]', 1, /"vid_name" to be text, got nothing/],
  ])('refuses %j', async (text, line, message) => {
    const options = { videos: '/v', vocabulary: await file('diving/vocab.json', vocabulary) };
    await expect(readDiving48(await file('diving/bad.json', text), options)).rejects.toEqual(
      refusal(line, message),
    );
  });
});

describe('EPIC-Kitchens-100', () => {
  const header =
    'narration_id,participant_id,video_id,narration_timestamp,start_timestamp,stop_timestamp,start_frame,stop_frame,' +
    'narration,verb,verb_class,noun,noun_class,all_nouns,all_noun_classes\n';
  const rows =
    "P01_01_0,P01,P01_01,00:00:01.089,00:00:00.14,00:00:03.37,8,202,open door,open,3,door,7,['door'],[7]\n" +
    'P01_102_0,P01,P01_102,00:00:01.100,01:02:00.54,01:02:02.23,27,111,take knife and plate,take,0,knife,4,' +
    '"[\'knife\', \'plate\']","[4, 2]"\n';

  it('reads sections with verbs or nouns', async () => {
    const path = await file('epic/EPIC_100_train.csv', header + rows);
    const verbs = await all(await readEpicKitchens(path, { videos: '/epic', label: 'verb' }));
    expect(verbs[0]).toEqual({
      id: 'P01_01_0',
      source: '/epic/P01/videos/P01_01.MP4',
      captions: ['open door'],
      label: 3,
      start: 0.14,
      end: 3.37,
    });
    expect(verbs[1]).toMatchObject({
      label: 0,
      start: 3720.54,
      end: 3722.23,
      captions: ['take knife and plate'],
    });
    const nouns = await all(await readEpicKitchens(path, { videos: '/epic', label: 'noun' }));
    expect(nouns.map(({ label }) => label)).toEqual([7, 4]);
  });

  it('reads the test timestamps, which have neither class nor narration', async () => {
    const path = await file(
      'epic/EPIC_100_test_timestamps.csv',
      'narration_id,participant_id,video_id,narration_timestamp,start_timestamp,stop_timestamp,start_frame,stop_frame\n' +
        'P01_11_0,P01,P01_11,00:00:00.000,00:00:00.00,00:00:01.89,1,113\n',
    );
    const dataset = await readEpicKitchens(path, { videos: '/epic', label: 'verb' });
    expect(await all(dataset)).toEqual([
      { id: 'P01_11_0', source: '/epic/P01/videos/P01_11.MP4', captions: [], start: 0, end: 1.89 },
    ]);
  });

  it.each([
    [
      header + rows.replace('00:00:00.14', '0.14'),
      2,
      /"start_timestamp" as hours:minutes:seconds, got "0.14"/,
    ],
    [header + rows.replace('00:00:03.37', '00:00:00.10'), 2, /end after the start/],
    [header + rows.replace(',take,0,', ',take,none,'), 3, /"verb_class" from 0, got "none"/],
    [header + rows.replace('P01_102_0', 'P01_01_0'), 3, /already on line 2/],
  ])('refuses a changed row', async (text, line, message) => {
    const reading = readEpicKitchens(await file('epic/bad.csv', text), { videos: '/v', label: 'verb' });
    await expect(reading).rejects.toEqual(refusal(line, message));
  });
});

describe('InternVid', () => {
  const records = Array.from({ length: 12_345 }, (_, i) => ({
    YoutubeID: `MNEoc5VVP${i}`,
    Start_timestamp: '00:00:11.234',
    End_timestamp: '00:01:14.567',
    Caption: `a man plays guitar № ${i}`,
    Aesthetic_Score: 4.5,
    UMT_Score: 0.25,
  }));
  const parquet = (rows: typeof records) =>
    new Uint8Array(
      parquetWriteBuffer({
        columnData: (['YoutubeID', 'Start_timestamp', 'End_timestamp', 'Caption'] as const).map((name) => ({
          name,
          type: 'STRING' as const,
          data: rows.map((row) => row[name]),
        })),
      }),
    );
  const expected = {
    id: 'MNEoc5VVP12000_00:00:11.234_00:01:14.567',
    source: '/internvid/MNEoc5VVP12000.mp4',
    captions: ['a man plays guitar № 12000'],
    start: 11.234,
    end: 74.567,
  };

  it('reads the same samples from JSONL and from Parquet', async () => {
    const options = { videos: '/internvid' };
    const lines = records.map((row) => JSON.stringify(row)).join('\n');
    const fromLines = await readInternVid(await file('InternVid-10M-FLT.jsonl', lines), options);
    const fromParquet = await readInternVid(await file('train.parquet', parquet(records)), options);
    expect([fromLines.length, fromParquet.length]).toEqual([12_345, 12_345]);
    expect(await fromLines.at(12_000)).toEqual(expected);
    expect(await fromParquet.at(12_000)).toEqual(expected);
    expect(await fromParquet.at(9_999)).toMatchObject({ source: '/internvid/MNEoc5VVP9999.mp4' });
  });

  it('refuses rows of both with their number', async () => {
    const bad = [records[0]!, { ...records[1]!, End_timestamp: '12' }];
    const lines = await file('bad.jsonl', bad.map((row) => JSON.stringify(row)).join('\r\n'));
    await expect(readInternVid(lines, { videos: '/v' })).rejects.toEqual(
      refusal(2, /"End_timestamp".*got "12"/),
    );
    const table = await file('bad.parquet', parquet(bad));
    await expect(readInternVid(table, { videos: '/v' })).rejects.toEqual(
      refusal(2, /"End_timestamp".*got "12"/),
    );
    const twice = await file('twice.parquet', parquet([records[3]!, records[3]!]));
    await expect(readInternVid(twice, { videos: '/v' })).rejects.toEqual(refusal(2, /already on line 1/));
    const none = await file('text.parquet', 'PAR1 not a table');
    await expect(readInternVid(none, { videos: '/v' })).rejects.toEqual(refusal(undefined, /parquet/i));
  });
});

describe('MSR-VTT', () => {
  const text = JSON.stringify({
    info: { contributor: 'x', year: '2016' },
    videos: [
      {
        category: 9,
        url: 'u',
        video_id: 'video0',
        'start time': 137.72,
        'end time': 149.44,
        split: 'train',
        id: 0,
      },
      {
        category: 3,
        url: 'u',
        video_id: 'video6513',
        'start time': 1,
        'end time': 9,
        split: 'validate',
        id: 6513,
      },
    ],
    sentences: [
      { caption: 'a car is shown, "fast"', video_id: 'video0', sen_id: 0 },
      { caption: 'a cat', video_id: 'video6513', sen_id: 1 },
      { caption: 'a red car', video_id: 'video0', sen_id: 2 },
    ],
  });

  it('gives each video all its captions', async () => {
    const path = await file('MSRVTT_data.json', text);
    expect(await all(await readMsrVtt(path, { videos: '/msrvtt' }))).toEqual([
      {
        id: 'video0',
        source: '/msrvtt/video0.mp4',
        captions: ['a car is shown, "fast"', 'a red car'],
        label: 9,
      },
      { id: 'video6513', source: '/msrvtt/video6513.mp4', captions: ['a cat'], label: 3 },
    ]);
    const validation = await readMsrVtt(path, { videos: '/msrvtt', split: 'validate' });
    expect((await all(validation)).map(({ id }) => id)).toEqual(['video6513']);
    const only = await file('MSRVTT_train.9k.csv', 'video_id\nvideo0\n');
    expect((await all(await readMsrVtt(path, { videos: '/msrvtt', only }))).map(({ id }) => id)).toEqual([
      'video0',
    ]);
  });

  it('reads the 1k-A pairs', async () => {
    const rows = 'key,vid_key,video_id,sentence\nret0,msr9770,video9770,a person, connecting\n';
    await expect(readMsrVttPairs(await file('bad-pairs.csv', rows), { videos: '/v' })).rejects.toEqual(
      refusal(2, /expected 4 cells, as in the header, got 5/),
    );
    const quoted = rows.replace('a person, connecting', '"a person, connecting"');
    const pairs = await readMsrVttPairs(await file('MSRVTT_JSFUSION_test.csv', quoted), { videos: '/v' });
    expect(await all(pairs)).toEqual([
      { id: 'video9770', source: '/v/video9770.mp4', captions: ['a person, connecting'] },
    ]);
  });

  it('refuses files without the two lists, and entries without a field', async () => {
    const empty = await file('empty.json', '{"videos": [], "sentences": []}');
    await expect(readMsrVtt(empty, { videos: '/v' })).rejects.toEqual(
      refusal(undefined, /at least one such video/),
    );
    const other = await file('other.json', '{"clips": []}');
    await expect(readMsrVtt(other, { videos: '/v' })).rejects.toEqual(refusal(1, /an array "videos"/));
    const broken = await file(
      'broken.json',
      text.replace('"sentences":', '"sentences":\n').replace(/"caption":"a cat"/, '\n"caption":7'),
    );
    await expect(readMsrVtt(broken, { videos: '/v' })).rejects.toEqual(
      refusal(2, /"caption" to be text, got 7/),
    );
  });
});
