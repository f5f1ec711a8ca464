import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AnnotatedDataset,
  readCsvManifest,
  readDiving48,
  readEpicKitchens,
  readHmdb51,
  readInternVid,
  readKinetics,
  readManifest,
  readMsrVtt,
  readMsrVttPairs,
  readSomethingSomething,
  readUcf101,
} from '../index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-bad-rows-'));
  await write('classInd.txt', '1 Run\n2 Jump\n');
  await write('labels.json', '{"Holding something": "0"}');
  await write('vocab.json', '[["Back", "15som"]]');
});
afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

type Reader = (options: object, path?: (file: string, id: string) => string) => Promise<AnnotatedDataset>;

/** Each reader with a file in which the rows on the given lines are bad, and the ids of all others. */
const READERS: readonly [name: string, read: Reader, lines: readonly number[], ids: readonly string[]][] = [
  [
    'readManifest',
    async (options) => {
      const rows = [
        '{"id":"a","path":"a.mp4"}',
        '{"id":"b"}',
        '{"id":',
        '{"id":"a","path":"c.mp4"}',
        '{"id":"d","path":"d.mp4"}',
      ];
      return readManifest(await write('a.jsonl', rows.join('\n')), options);
    },
    [2, 3, 4],
    ['a', 'd'],
  ],
  [
    'readCsvManifest',
    async (options) => {
      const text = 'file,caption\na.mp4,one\nb.mp4,two,three\n,four\nc.mp4,five\na.mp4,six\na.mp4,seven\n';
      return readCsvManifest(await write('a.csv', text), options);
    },
    [3, 4, 6, 7],
    ['a.mp4', 'c.mp4'],
  ],
  [
    'readKinetics',
    async (options) => {
      const text = 'label,youtube_id,time_start,time_end\nrun,a,0,10\nrun,b,0x10,20\nswim,c,1,11\n';
      return readKinetics(await write('k.csv', text), {
        videos: '/v',
        layout: 'flat',
        classes: ['run'],
        ...options,
      });
    },
    [3, 4],
    ['a_000000_000010'],
  ],
  [
    'readEpicKitchens',
    async (options) => {
      const text =
        'narration_id,participant_id,video_id,start_timestamp,stop_timestamp\nx,P01,P01_01,00:00:01,00:00:02\ny,P01,P01_01,1,2\n';
      return readEpicKitchens(await write('e.csv', text), { videos: '/v', label: 'verb', ...options });
    },
    [3],
    ['x'],
  ],
  [
    'readInternVid',
    async (options) => {
      const row = (id: string, end: string) =>
        `{"YoutubeID":"${id}","Start_timestamp":"00:00:01","End_timestamp":"${end}","Caption":"c"}`;
      return readInternVid(await write('i.jsonl', `${row('a', '00:00:02')}\n${row('b', '00:00:00')}\n`), {
        videos: '/v',
        ...options,
      });
    },
    [2],
    ['a_00:00:01_00:00:02'],
  ],
  [
    'readMsrVttPairs',
    async (options) =>
      readMsrVttPairs(await write('p.csv', 'video_id,sentence\nv1,one\nv2,\n'), { videos: '/v', ...options }),
    [3],
    ['v1'],
  ],
  [
    'readMsrVtt',
    async (options) => {
      const text = `{"videos": [{"video_id": "v1", "category": 1},\n{"video_id": "v2"}],
"sentences": [{"video_id": "v1", "caption": "a"},\n{"video_id": "v1", "caption": 5}]}`;
      return readMsrVtt(await write('m.json', text), { videos: '/v', ...options });
    },
    [2, 4],
    ['v1'],
  ],
  [
    'readSomethingSomething',
    async (options) => {
      const text =
        '[{"id": "1", "label": "holding it", "template": "Holding [something]"},\n{"id": "2", "template": "Eating"},\n{"id" 3}]';
      return readSomethingSomething(await write('s.json', text), {
        videos: '/v',
        labels: join(folder, 'labels.json'),
        ...options,
      });
    },
    [2, 3],
    ['1'],
  ],
  [
    'readDiving48',
    async (options) =>
      readDiving48(await write('d.json', '[{"vid_name": "a", "label": 0},\n{"vid_name": "b", "label": 7}]'), {
        videos: '/v',
        vocabulary: join(folder, 'vocab.json'),
        ...options,
      }),
    [2],
    ['a'],
  ],
  [
    'readUcf101',
    async (options) =>
      readUcf101(await write('u.txt', 'Run/a.avi 1\nSwim/b.avi 3\nJump/c.avi 1\nJump/d.avi 2\n'), {
        videos: '/v',
        classes: join(folder, 'classInd.txt'),
        ...options,
      }),
    [2, 3],
    ['Run/a.avi', 'Jump/d.avi'],
  ],
  [
    'readHmdb51',
    async (options) => {
      await write('run_test_split1.txt', 'a.avi 1\nb.avi 7\nc.avi 1\n');
      return readHmdb51(folder, { videos: '/v', split: 1, part: 'train', ...options });
    },
    [2],
    ['run/a.avi', 'run/c.avi'],
  ],
];

const idsOf = async (dataset: AnnotatedDataset) =>
  Promise.all(Array.from({ length: dataset.length }, async (_, i) => (await dataset.at(i)).id));

describe.each(READERS)('%s', (name, read, lines, ids) => {
  it('refuses a file for one bad row, unless it is told to leave bad rows out', async () => {
    await expect(read({})).rejects.toMatchObject({ code: 'MANIFEST_INVALID', line: expect.any(Number) });
    const dataset = await read({ badRows: 'skip' });
    expect(dataset.badRows.map(({ line }) => line)).toEqual(lines);
    for (const { code, message } of dataset.badRows) {
      expect(code).toBe('MANIFEST_INVALID');
      expect(message).toMatch(/expected/);
    }
    expect(await idsOf(dataset)).toEqual(ids);
  });

  it.each([{ badRows: 'ignore' }, { colour: 1 }, { videos: '' }])('refuses %j', async (options) => {
    const reading = read({ badRows: 'skip', ...options });
    await expect(reading).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it.skipIf(name === 'readManifest' || name === 'readCsvManifest')('asks where a video lies', async () => {
    const asked: string[] = [];
    const path = (file: string, id: string) => {
      asked.push(id);
      return file.replace(/\.\w+$/, '.mkv');
    };
    const dataset = await read({ badRows: 'skip', path });
    for (let i = 0; i < dataset.length; i++) expect((await dataset.at(i)).source).toMatch(/^\/v\/.*\.mkv$/);
    expect(asked).toEqual(expect.arrayContaining([...ids]));
    await expect(read({ badRows: 'skip', path: () => undefined })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: `${name}, option path`,
    });
  });
});

describe('bad rows', () => {
  it('may be of bytes that are no text', async () => {
    const latin = Buffer.from('{"id":"b","path":"caf\u00e9.mp4"}\n', 'latin1');
    const row = (id: string) => Buffer.from(`{"id":"${id}","path":"${id}.mp4"}\n`);
    const path = await write('latin.jsonl', Buffer.concat([row('a'), latin, row('ü')]));
    await expect(readManifest(path)).rejects.toMatchObject({ line: 2 });
    const dataset = await readManifest(path, { badRows: 'skip' });
    expect(await idsOf(dataset)).toEqual(['a', 'ü']);
    expect(dataset.badRows).toMatchObject([{ line: 2, source: path }]);
  });

  it('leave the file refused where it is wrong as a whole', async () => {
    const skip = { badRows: 'skip' } as const;
    const refused = { code: 'MANIFEST_INVALID' };
    await expect(readCsvManifest(await write('h.csv', 'video\na.mp4\n'), skip)).rejects.toMatchObject(
      refused,
    );
    await expect(readManifest(await write('n.jsonl', '{}\n[]\n'), skip)).rejects.toMatchObject(refused);
    // Between two quotes that are too many lie sound rows.
    const quotes = 'file,caption\na.mp4,"open\nb.mp4,sound\nc.mp4,close"d\n';
    await expect(readCsvManifest(await write('q.csv', quotes), skip)).rejects.toMatchObject(refused);
  });
});

describe('a text that no option is', () => {
  const videos = '/v';
  it.each([
    ['readKinetics', () => readKinetics('x', { videos, layout: 'tree' } as never)],
    ['readKinetics', () => readKinetics('x', { videos, layout: 'flat', classes: [] })],
    ['readEpicKitchens', () => readEpicKitchens('x', { videos, label: 'action' } as never)],
    ['readHmdb51', () => readHmdb51('x', { videos, split: 4, part: 'train' } as never)],
    ['readHmdb51', () => readHmdb51('x', { videos, split: 1, part: 'val' } as never)],
    ['readMsrVtt', () => readMsrVtt('x', { videos, split: 'val' } as never)],
    ['readUcf101', () => readUcf101('x', { videos } as never)],
    ['readManifest', () => readManifest('x', null as never)],
  ])('is refused by %s', async (name, call) => {
    await expect(call()).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: expect.stringContaining(name),
    });
  });
});
