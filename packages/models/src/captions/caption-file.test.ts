import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaptionFailure } from './caption-failures.js';
import { type CaptionEvent, captionVideos, type VideoToCaption } from './caption-file.js';
import { readCaptions } from './caption-records.js';
import type { Captioner } from './captioner.js';
import { keyFrames } from './key-frames.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'captions-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Says a frame's grey; of every value above 9 the same. */
function greys(revision: string): Captioner & { readonly asked: number[] } {
  const asked: number[] = [];
  return {
    model: 'greys',
    revision,
    asked,
    async caption({ pixels }) {
      asked.push(pixels[0]!);
      return pixels[0]! > 9 ? (asked.length % 2 === 0 ? 'Bright' : 'bright') : `grey ${pixels[0]}`;
    },
    async dispose() {},
  };
}

const video = (id: string, values: readonly number[]): VideoToCaption => ({
  id,
  keyFrames: async () =>
    values.map((value, index) => ({
      frame: index * 10,
      picture: { pixels: new Uint8Array(3).fill(value), height: 1, width: 1 },
    })),
});

async function all(events: AsyncIterable<CaptionEvent>): Promise<CaptionEvent[]> {
  const list: CaptionEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

describe('captionVideos', () => {
  it('writes a line a video, without captions that repeat', async () => {
    const path = join(folder, 'plain.jsonl');
    const events = await all(captionVideos(path, [video('a', [1, 2, 1]), video('b', [50, 60])], greys('r')));
    expect(events.map(({ known, done }) => [known, done])).toEqual([
      [false, 1],
      [false, 2],
    ]);
    expect(await readCaptions(path)).toEqual([
      { id: 'a', captions: ['grey 1', 'grey 2'], frameIndices: [0, 10], model: 'greys', revision: 'r' },
      { id: 'b', captions: ['Bright'], frameIndices: [0], model: 'greys', revision: 'r' },
    ]);
  });

  it('goes on after a run that ended in the middle of a line', async () => {
    const path = join(folder, 'ended.jsonl');
    for await (const { done } of captionVideos(path, [video('ä', [1]), video('b', [2])], greys('r'))) {
      if (done === 1) break;
    }
    const whole = await readFile(path, 'utf8');
    await appendFile(path, '{"id":"b","capt');
    const again = greys('r');
    const events = await all(captionVideos(path, [video('ä', [1]), video('b', [2])], again));
    expect(events.map(({ known, record }) => [known, record.captions])).toEqual([
      [true, ['grey 1']],
      [false, ['grey 2']],
    ]);
    expect(again.asked).toEqual([2]);
    const text = await readFile(path, 'utf8');
    expect(text.startsWith(whole)).toBe(true);
    expect(text.split('\n').length).toBe(3);
  });

  it.each([
    ['revision', greys('two'), ''],
    ['model', { ...greys('one'), model: 'others' }, ''],
    ['revision, behind a torn line', greys('two'), '{"id":"b","capt'],
  ])('does not put captions of another %s into a file', async (name, other, torn) => {
    const path = join(folder, `another ${name}.jsonl`);
    await all(captionVideos(path, [video('a', [1])], greys('one')));
    await appendFile(path, torn);
    const before = await readFile(path, 'utf8');
    await expect(all(captionVideos(path, [video('b', [1])], other))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      where: path,
      expected: `captions of ${other.model} at ${other.revision}, as this run has`,
      received: 'greys at one',
    });
    expect(await readFile(path, 'utf8')).toBe(before);
    expect(await readdir(folder)).not.toContain(`${basename(path)}.torn`);
  });

  it('names the line that is none of its own', async () => {
    const path = join(folder, 'broken.jsonl');
    await writeFile(
      path,
      '{"id":"a","captions":[],"frameIndices":[],"model":"m","revision":"r"}\n{"id":3}\n',
    );
    await expect(readCaptions(path)).rejects.toThrow(`${path}, line 2: expected a captions record, with id`);
    await writeFile(path, 'no\n');
    await expect(all(captionVideos(path, [], greys('r')))).rejects.toMatchObject({
      code: 'CAPTIONS_INVALID',
    });
  });
});

describe('what describes nothing', () => {
  const saying = (caption: unknown): Captioner => ({ ...greys('r'), caption: async () => caption as string });

  it.each([undefined, null, '', ' \n', 3])(
    'a caption %j is refused, and no line written',
    async (caption) => {
      const path = join(folder, `wordless ${caption}.jsonl`);
      await expect(all(captionVideos(path, [video('a', [1])], saying(caption)))).rejects.toMatchObject({
        code: 'CAPTIONER_FAILED',
        where: 'greys at r, video "a", frame 0',
        expected: 'a caption of some words',
      });
      expect(await readCaptions(path)).toEqual([]);
    },
  );

  it.each([
    ['no key frames', video('a', []), 'keyFrames of "a"', '[]'],
    [
      'key frames that are no list',
      { id: 'a', keyFrames: async () => undefined },
      'keyFrames of "a"',
      'undefined',
    ],
    [
      'a frame without its picture',
      { id: 'a', keyFrames: async () => [{ frame: 0 }] },
      'keyFrames of "a"',
      '[{ frame: 0 }]',
    ],
    ['a path for a video', 'a.mp4', 'video 0', '"a.mp4"'],
    ['nothing for a video', undefined, 'video 0', 'undefined'],
    ['a sample for a video', { id: 'a', source: 'a.mp4' }, 'video 0', '{ id: "a", source: "a.mp4" }'],
    [
      'a video without a name',
      { ...video('a', [1]), id: '' },
      'video 0',
      '{ id: "", keyFrames: the function keyFrames }',
    ],
  ])('%s is refused', async (name, given, where, received) => {
    const path = join(folder, `${name}.jsonl`);
    await expect(all(captionVideos(path, [given as VideoToCaption], greys('r')))).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: `captionVideos, ${where}`,
      received,
    });
    expect(await readCaptions(path)).toEqual([]);
  });

  it('an id that comes twice is refused; what was described before stays', async () => {
    const path = join(folder, 'twice.jsonl');
    const twice = captionVideos(path, [video('a', [1]), video('b', [2]), video('a', [3])], greys('r'));
    await expect(all(twice)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: 'captionVideos, video 2',
      expected: 'every id once',
      received: '"a" again',
    });
    expect((await readCaptions(path)).map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it.each(['a.mp4', {}, 3, undefined])('%j is no list of videos', (videos) => {
    expect(() => captionVideos(join(folder, 'x.jsonl'), videos as never, greys('r'))).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: 'captionVideos, option videos' }),
    );
  });
});

describe('videos that fail', () => {
  const torn = (id: string): VideoToCaption => ({
    id,
    keyFrames: () => Promise.reject(new Error(`${id} is torn`)),
  });

  it('are told, have no line, and are asked about again by a later run', async () => {
    const path = join(folder, 'one failed.jsonl');
    const ids = Array.from({ length: 20 }, (_, at) => `${at}`);
    const failures: unknown[] = [];
    const onFailed = ({ id, error }: CaptionFailure) => failures.push([id, (error as Error).message]);
    const wordless = video('11', [1]);
    const said = greys('r');
    const picky: Captioner = {
      ...said,
      caption: async (picture, of) => (of?.id === '11' ? '' : said.caption(picture)),
    };
    const videos = ids.map((id) => (id === '3' ? torn(id) : id === '11' ? wordless : video(id, [1])));
    const events = await all(captionVideos(path, videos, picky, { onFailed }));
    expect(failures).toEqual([
      ['3', '3 is torn'],
      ['11', expect.stringContaining('video "11", frame 0: expected a caption of some words')],
    ]);
    const others = ids.filter((id) => id !== '3' && id !== '11');
    expect(events.map(({ record }) => record.id)).toEqual(others);
    expect((await readCaptions(path)).map(({ id }) => id)).toEqual(others);
    const mended = await all(
      captionVideos(
        path,
        ids.map((id) => video(id, [1])),
        said,
        { onFailed },
      ),
    );
    expect(mended.filter(({ known }) => !known).map(({ record }) => record.id)).toEqual(['3', '11']);
    expect(failures).toHaveLength(2);
  });

  it('end the run where nobody hears of them, or where they are too many', async () => {
    const path = join(folder, 'many failed.jsonl');
    const videos = () => [video('a', [1]), ...['b', 'c', 'd'].map(torn), video('e', [1])];
    await expect(all(captionVideos(path, videos(), greys('r')))).rejects.toThrow('b is torn');
    const failed: string[] = [];
    const onFailed = ({ id }: CaptionFailure) => failed.push(id);
    const most = (mostFailures: number) => ({ onFailed, mostFailures });
    await expect(all(captionVideos(path, videos(), greys('r'), most(2)))).rejects.toThrow('d is torn');
    expect(failed).toEqual(['b', 'c']);
    expect(await all(captionVideos(path, videos(), greys('r'), most(3)))).toHaveLength(2);
    expect(() => captionVideos(path, [], greys('r'), { mostFailures: 2 })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: 'captionVideos, option mostFailures' }),
    );
  });
});

describe('a path that is no file', () => {
  it.each([
    ['a folder', '', 'EISDIR'],
    ['in a folder that is not there', 'absent/a.jsonl', 'ENOENT'],
    ['in a file', 'file/a.jsonl', 'ENOTDIR'],
  ])('is named with what the system says: %s', async (_, name, cause) => {
    await writeFile(join(folder, 'file'), '');
    const path = join(folder, name);
    await expect(all(captionVideos(path, [video('a', [1])], greys('r')))).rejects.toMatchObject({
      code: 'FILE_FAILED',
      where: path,
      received: expect.stringMatching(new RegExp(`^${cause}: (?!.*lock)`)),
      cause: { code: cause },
    });
    await rm(join(folder, 'file'));
    expect(
      (await readdir(join(folder, '..'))).filter((other) => other.startsWith(`${basename(folder)}.`)),
    ).toEqual([]);
  });
});

describe('a file that is none of its own', () => {
  it.each([
    ['JSON of one line', '{"videos":[{"id":"a"}]}'],
    ['JSON of many lines', '{\n  "videos": []\n}\n'],
    ['a list', '[1, 2, 3]'],
    ['a manifest', '{"id":"a","captions":["b"],"source":"a.mp4"}\n'],
    ['a text that begins as a record', '{"id":"a","source":"a.mp4"'],
    ['words', 'notes about captions'],
    ['other bytes', Uint8Array.of(0xff, 0xfe, 0x0a)],
    ['half a line behind others', 'a,b\n{"id":"a"'],
  ])('is left as it is: %s', async (name, content) => {
    const path = join(folder, `${name}.jsonl`);
    await writeFile(path, content);
    const before = await readFile(path);
    await expect(all(captionVideos(path, [video('a', [1])], greys('r')))).rejects.toMatchObject({
      code: 'CAPTIONS_INVALID',
      where: expect.stringContaining(path),
    });
    expect(await readFile(path)).toEqual(before);
    expect((await readdir(folder)).filter((file) => file.startsWith(`${name}.jsonl.`))).toEqual([]);
  });

  it('is one with a whole last line without an end, which gets one', async () => {
    const path = join(folder, 'no end.jsonl');
    await all(captionVideos(path, [video('a', [1])], greys('r')));
    await writeFile(path, (await readFile(path, 'utf8')).trimEnd());
    expect((await readCaptions(path)).map(({ id }) => id)).toEqual(['a']);
    await all(captionVideos(path, [video('a', [1]), video('b', [2])], greys('r')));
    expect((await readCaptions(path)).map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('keeps a torn line, cut within a letter, beside it', async () => {
    const path = join(folder, 'torn.jsonl');
    await all(captionVideos(path, [video('a', [1])], greys('r')));
    const whole = await readFile(path);
    const torn = Buffer.from('{"id":"ä');
    await appendFile(path, torn.subarray(0, torn.length - 1));
    await all(captionVideos(path, [], greys('r')));
    expect(await readFile(path)).toEqual(whole);
    expect(await readFile(`${path}.torn`, 'utf8')).toBe('{"id":"\ufffd\n');
  });
});

describe('two runs of one file', () => {
  it('are not at once; the later is told who writes it', async () => {
    const path = join(folder, 'two.jsonl');
    const first = captionVideos(path, [video('a', [1]), video('b', [2])], greys('r'));
    await first.next();
    const second = all(captionVideos(path, [video('a', [1])], greys('r')));
    await expect(second).rejects.toMatchObject({ code: 'CAPTIONS_LOCKED', where: path });
    await expect(all(captionVideos(path, [], greys('r')))).rejects.toThrow(`process ${process.pid} on`);
    await all(first);
    await all(captionVideos(path, [video('c', [3])], greys('r')));
    expect((await readCaptions(path)).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(await readdir(folder)).not.toContain('two.jsonl.lock');
  });

  it('are one after the other when the first breaks off or fails', async () => {
    const path = join(folder, 'broken off.jsonl');
    for await (const _ of captionVideos(path, [video('a', [1]), video('b', [2])], greys('r'))) break;
    const failing: VideoToCaption = { id: 'x', keyFrames: () => Promise.reject(new Error('no picture')) };
    await expect(all(captionVideos(path, [failing], greys('r')))).rejects.toThrow('no picture');
    expect((await all(captionVideos(path, [video('b', [2])], greys('r')))).length).toBe(1);
  });

  it('end when the lock of a process that has ended cannot be taken away', async () => {
    const path = join(folder, 'kept.jsonl');
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    await writeFile(`${path}.lock`, JSON.stringify({ pid: child.pid, host: hostname(), since: 'then' }));
    // A file cannot be moved onto a folder; the names count the claims of this process.
    const inTheWay = Array.from({ length: 200 }, (_, claim) => `${path}.lock.${process.pid}.${claim}.dead`);
    await Promise.all(inTheWay.map((name) => mkdir(name)));
    await expect(all(captionVideos(path, [], greys('r')))).rejects.toMatchObject({
      code: 'FILE_FAILED',
      cause: { syscall: 'rename' },
    });
  });

  it('take over the lock of a process that has ended, and none of another machine', async () => {
    const path = join(folder, 'dead.jsonl');
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const dead = { pid: child.pid, host: hostname(), since: '2026-01-01T00:00:00.000Z' };
    await writeFile(`${path}.lock`, JSON.stringify(dead));
    expect((await all(captionVideos(path, [video('a', [1])], greys('r')))).length).toBe(1);
    for (const lock of [JSON.stringify({ ...dead, host: `not ${hostname()}` }), 'no lock']) {
      await writeFile(`${path}.lock`, lock);
      const refused = all(captionVideos(path, [video('b', [1])], greys('r')));
      await expect(refused).rejects.toThrow(`remove ${path}.lock`);
      expect(await readFile(`${path}.lock`, 'utf8')).toBe(lock);
    }
    expect((await readdir(folder)).filter((file) => file.startsWith('dead.jsonl.'))).toEqual([
      'dead.jsonl.lock',
    ]);
  });
});

describe('keyFrames', () => {
  it('are the middles of equal parts', () => {
    expect(keyFrames(300)).toEqual([50, 150, 250]);
    expect(keyFrames(3)).toEqual([0, 1, 2]);
    expect(keyFrames(10, 1)).toEqual([5]);
  });

  it('are no more than the frames', () => {
    expect(keyFrames(2)).toEqual([0, 1]);
    expect(keyFrames(1)).toEqual([0]);
    expect(keyFrames(0)).toEqual([]);
    expect(() => keyFrames(300, 0)).toThrow(
      'keyFrames, option count: expected a whole number from 1, got 0.',
    );
  });
});
