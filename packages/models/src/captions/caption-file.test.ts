import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CaptionEvent, captionVideos, readCaptions, type VideoToCaption } from './caption-file.js';
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
      { id: 'a', captions: ['grey 1', 'grey 2'], frames: [0, 10], model: 'greys', revision: 'r' },
      { id: 'b', captions: ['Bright'], frames: [0], model: 'greys', revision: 'r' },
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

  it('does a video again for another revision, and once if it comes twice', async () => {
    const path = join(folder, 'revisions.jsonl');
    await all(captionVideos(path, [video('a', [1]), video('a', [1])], greys('one')));
    await all(captionVideos(path, [video('a', [1])], greys('two')));
    expect((await readCaptions(path)).map(({ revision }) => revision)).toEqual(['one', 'two']);
  });

  it('names the line that is none of its own', async () => {
    const path = join(folder, 'broken.jsonl');
    await writeFile(path, '{"id":"a","captions":[]}\n{"id":3}\n');
    await expect(readCaptions(path)).rejects.toThrow(`${path}, line 2: the line must be a record`);
    await writeFile(path, 'no\n');
    await expect(all(captionVideos(path, [], greys('r')))).rejects.toThrow('line 1: the line must be JSON');
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
  });
});
