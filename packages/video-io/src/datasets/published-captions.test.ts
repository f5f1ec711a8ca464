import { brotliCompressSync, gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { readEpicKitchens, readInternVid, readMsrVtt, readMsrVttPairs } from '../index.js';
import { all, file, refusal } from './published-files.test-support.js';

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

  it('reads verbs and nouns by name, with the published names of the classes', async () => {
    const path = await file('epic/EPIC_100_train.csv', header + rows);
    const both = await readEpicKitchens(path, { videos: '/epic' });
    expect((await all(both)).map(({ label }) => label)).toEqual([
      { verb: 3, noun: 7 },
      { verb: 0, noun: 4 },
    ]);
    expect(both.classes).toBeUndefined();
    const names = (count: number, kind: string) =>
      Array.from({ length: count }, (_, id) => `${id},${kind}-${id},"['${kind}', 'x']",other\n`).join('');
    const verb = await file('epic/verbs.csv', `id,key,instances,category\n${names(4, 'verb')}`);
    const noun = await file('epic/nouns.csv', `id,key,instances,category\n${names(8, 'noun')}`);
    const told = await readEpicKitchens(path, { videos: '/epic', classes: { verb, noun } });
    expect(told.classes).toEqual({
      verb: ['verb-0', 'verb-1', 'verb-2', 'verb-3'],
      noun: Array.from({ length: 8 }, (_, id) => `noun-${id}`),
    });
    const verbs = await readEpicKitchens(path, { videos: '/epic', label: 'verb', classes: { verb } });
    expect(verbs.classes).toHaveLength(4);
    const few = await file('epic/few.csv', `id,key,instances,category\n${names(7, 'noun')}`);
    await expect(readEpicKitchens(path, { videos: '/epic', classes: { verb, noun: few } })).rejects.toEqual(
      refusal(2, /"noun_class" from 0 to 6, got "7"/),
    );
    const gap = await file('epic/gap.csv', 'id,key\n0,take\n2,put\n');
    await expect(
      readEpicKitchens(path, { videos: '/epic', label: 'verb', classes: { verb: gap } }),
    ).rejects.toEqual(refusal(3, /class 1 and its name, got "2" and "put"/));
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
        rowGroupSize: 5000,
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
    for (const i of [0, 4_999, 5_000, 9_999]) {
      expect(await fromParquet.at(i)).toMatchObject({ source: `/internvid/MNEoc5VVP${i}.mp4` });
    }
  });

  it.each<[codec: 'SNAPPY' | 'GZIP' | 'BROTLI', compress?: (bytes: Uint8Array) => Uint8Array]>([
    ['SNAPPY'],
    ['GZIP', gzipSync],
    ['BROTLI', brotliCompressSync],
  ])('reads Parquet of the compression %s', async (codec, compress) => {
    const table = parquetWriteBuffer({
      codec,
      ...(compress && { compressors: { [codec]: compress } }),
      columnData: (['YoutubeID', 'Start_timestamp', 'End_timestamp', 'Caption'] as const).map((name) => ({
        name,
        type: 'STRING' as const,
        data: records.slice(12_000, 12_200).map((row) => row[name]),
      })),
    });
    const path = await file(`${codec}.parquet`, new Uint8Array(table));
    expect(await (await readInternVid(path, { videos: '/internvid' })).at(0)).toEqual(expected);
    // The same text over and over is short only where it is compressed.
    expect(table.byteLength).toBeLessThan(200 * expected.captions[0]!.length);
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
      refusal(undefined, /at least one sample/),
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
