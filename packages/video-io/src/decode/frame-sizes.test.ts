import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipLoader, datasetOf, decodeClip, pretrainingRecipe, probeVideo } from '../index.js';
import { directPool } from '../pool/direct-pool.test-support.js';
import { NUMBERED, numberedLuma, numberedVideo, numbersOf } from '../testing/numbered-frames.js';
import { type TestVideo, writeTestVideo } from '../testing/write-video.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tgm-sizes-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Numbered pictures of another size: their squares grow along. */
const sized = (width: number, height: number, video: Partial<TestVideo> = {}): TestVideo =>
  numberedVideo({
    width,
    height,
    luma: (x, y, t) =>
      numberedLuma(Math.floor((x * NUMBERED.width) / width), Math.floor((y * NUMBERED.height) / height), t),
    ...video,
  });

describe.each<[name: string, encoder: string, bFrames: number]>([
  ['changing.mp4', 'libx264', 2],
  ['changing.ts', 'libx264', 0],
  ['changing.webm', 'libvpx', 0],
])('a size that changes within %s', (name, encoder, bFrames) => {
  const [large, small] = [
    { width: 128, height: 96 },
    { width: 64, height: 48 },
  ];
  const between = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i);

  it.each([
    ['smaller', large, small],
    ['larger', small, large],
  ])('to %s: shows the same part on both sides, and refuses a clip across', async (to, before, after) => {
    const path = join(folder, `${to}-${name}`);
    writeTestVideo(path, {
      ...sized(before.width, before.height, { encoder, bFrames }),
      next: sized(after.width, after.height, { encoder, bFrames }),
    });
    const info = await probeVideo(path, { countFrames: true });
    expect(info).toMatchObject({ ...before, frameCount: 60 });
    const crop = { x: 0, y: 0, width: info.width, height: info.height };
    for (const [first, last] of [
      [0, 29],
      [30, 59],
      [45, 50],
    ] as const) {
      for (const motion of [false, true]) {
        const options = { indices: between(first, last), size: NUMBERED, crop, motion };
        const clip = await decodeClip(path, options);
        expect(numbersOf(clip)).toEqual(between(first, last));
        expect(clip.geometry.source).toEqual(before);
      }
    }
    // The lower right quarter holds bits 6, 7, 10 and 11, on either side; here they are 0, whatever the others are.
    const corner = { x: info.width / 2, y: info.height / 2, width: info.width / 2, height: info.height / 2 };
    const dark = await decodeClip(path, { indices: [59], size: NUMBERED, crop: corner });
    expect(Math.max(...dark.frames)).toBeLessThan(128);
    await expect(decodeClip(path, { indices: [29, 30], size: NUMBERED, crop })).rejects.toMatchObject({
      code: 'VIDEO_DECODE_FAILED',
      source: path,
      index: 30,
    });

    const codes: string[] = [];
    let loaded = 0;
    for (let seed = 0; seed < 12; seed++) {
      const clips = clipLoader({
        dataset: datasetOf('one', [{ id: 'a', source: path, captions: [] }]),
        pool: directPool(),
        recipe: pretrainingRecipe({ frameCount: 4, stride: 4, size: { width: 32, height: 32 } }),
        seed,
        epochs: 1,
        badSamples: { kind: 'skip', limit: 1, log: ({ code }) => codes.push(code) },
      });
      for await (const _ of clips) loaded++;
    }
    expect(loaded).toBeGreaterThan(5);
    expect(loaded + codes.length).toBe(12);
    expect(codes.every((code) => code === 'VIDEO_DECODE_FAILED')).toBe(true);
  });
});

describe('pixels that a container says are not to be seen', () => {
  // The numbered picture lies in a frame of bright edges.
  const edges = { top: 6, bottom: 10, left: 4, right: 12 };
  const framed: TestVideo = {
    ...numberedVideo({ bFrames: 2 }),
    width: NUMBERED.width + edges.left + edges.right,
    height: NUMBERED.height + edges.top + edges.bottom,
    luma: (x, y, t) => {
      const [column, row] = [x - edges.left, y - edges.top];
      const inside = column >= 0 && row >= 0 && column < NUMBERED.width && row < NUMBERED.height;
      return inside ? numberedLuma(column, row, t) : 235;
    },
    cropping: edges,
    options: { crf: '8' },
  };

  it.each(['framed.mkv', 'framed.mp4'])('are left out of %s', async (name) => {
    const path = join(folder, name);
    writeTestVideo(path, framed);
    const { width, height } = NUMBERED;
    expect(await probeVideo(path)).toMatchObject({ width, height });
    const clip = await decodeClip(path, { indices: [0, 13, 29], size: NUMBERED });
    expect(clip.geometry).toEqual({
      source: { width, height },
      crop: { x: 0, y: 0, width, height },
      size: { width, height },
    });
    expect(numbersOf(clip)).toEqual([0, 13, 29]);
    // Every bit of frame 0 is dark, up to the edges.
    expect(Math.max(...clip.frames.subarray(0, width * height * 3))).toBeLessThan(128);
    const part = await decodeClip(path, {
      indices: [0],
      size: { width: 8, height: 8 },
      crop: { x: 56, y: 40, width: 8, height: 8 },
    });
    expect(part.geometry.crop).toEqual({ x: 56, y: 40, width: 8, height: 8 });
    expect(Math.max(...part.frames)).toBeLessThan(128);
  });
});
