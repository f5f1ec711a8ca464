import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeClip, encodeVideo, type VideoClip } from '../index.js';

const WIDTH = 128;
const HEIGHT = 96;
const FRAMES = 16;
const SIDE = 40;
/** Pixels per frame of the square, and its place in frame 0. */
const SPEED = { x: 3, y: 1 };
const START = { x: 16, y: 20 };

/** A smooth background with a textured square that moves steadily. [T, H, W, 3] */
function render(): Uint8Array {
  const frames = new Uint8Array(FRAMES * HEIGHT * WIDTH * 3);
  for (let t = 0, i = 0; t < FRAMES; t++) {
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++, i += 3) {
        const u = x - START.x - SPEED.x * t;
        const v = y - START.y - SPEED.y * t;
        const inside = u >= 0 && u < SIDE && v >= 0 && v < SIDE;
        const value = inside
          ? 150 + 50 * Math.sin(u / 3) * Math.cos(v / 4) + 20 * Math.sin(u * v * 0.02)
          : 90 + 15 * Math.sin(x / 11) + 15 * Math.cos(y / 9);
        frames[i] = value;
        frames[i + 1] = inside ? 255 - value : value * 0.9;
        frames[i + 2] = value * 0.7;
      }
    }
  }
  return frames;
}

function psnr(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return 10 * Math.log10((255 * 255 * a.length) / sum);
}

/** Known vectors of the cells whose centre satisfies `inside`, in clip frame t. */
function vectorsWhere(
  clip: VideoClip,
  t: number,
  inside: (x: number, y: number) => boolean,
): [number, number][] {
  const { vectors, known, rows, columns, cell } = clip.motion!;
  const found: [number, number][] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = (t * rows + row) * columns + column;
      if (known[at] === 1 && inside((column + 0.5) * cell, (row + 0.5) * cell)) {
        found.push([vectors[at * 2]!, vectors[at * 2 + 1]!]);
      }
    }
  }
  return found;
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

let folder: string;
let path: string;
const rendered = render();
const every = Array.from({ length: FRAMES }, (_, i) => i);
const full = { width: WIDTH, height: HEIGHT };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tgm-decode-'));
  path = join(folder, 'square.mp4');
  await encodeVideo(path, rendered, { ...full, fps: 25 });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('decodeClip on a moving square', () => {
  it('gives back the frames and their times', async () => {
    const clip = await decodeClip(path, { indices: every, size: full });
    expect(clip.frames).toHaveLength(rendered.length);
    const bytes = WIDTH * HEIGHT * 3;
    for (const t of every) {
      const range = [t * bytes, (t + 1) * bytes] as const;
      expect(psnr(clip.frames.subarray(...range), rendered.subarray(...range))).toBeGreaterThan(33);
    }
    expect([...clip.times]).toEqual(every.map((t) => expect.closeTo(t / 25, 6)));
    expect(clip.geometry).toEqual({ source: full, crop: { x: 0, y: 0, ...full }, size: full });
  });

  it('gives the same frames in any order as one by one', async () => {
    const sequential = await decodeClip(path, { indices: every, size: { width: 32, height: 32 } });
    const order = [9, 2, 15, 2, 0];
    const mixed = await decodeClip(path, { indices: order, size: { width: 32, height: 32 } });
    expect([...mixed.indices]).toEqual(order);
    const bytes = 32 * 32 * 3;
    order.forEach((t, slot) => {
      const frame = mixed.frames.subarray(slot * bytes, (slot + 1) * bytes);
      expect(Buffer.compare(frame, sequential.frames.subarray(t * bytes, (t + 1) * bytes))).toBe(0);
    });
  });

  it('tells where the content moves', async () => {
    const clip = await decodeClip(path, { indices: every, size: full, motion: true });
    expect(clip.motion).toMatchObject({ rows: 24, columns: 32, cell: 4 });
    expect(vectorsWhere(clip, 0, () => true)).toEqual([]);
    for (const t of every.slice(1)) {
      const left = START.x + SPEED.x * t;
      const top = START.y + SPEED.y * t;
      const margin = 8;
      const within = (x: number, y: number, by: number) =>
        x > left - by && x < left + SIDE + by && y > top - by && y < top + SIDE + by;
      const object = vectorsWhere(clip, t, (x, y) => within(x, y, -margin));
      expect(object.length).toBeGreaterThan(20);
      const close = object.filter(([x, y]) => Math.hypot(x - SPEED.x, y - SPEED.y) <= 0.5);
      expect(close.length / object.length).toBeGreaterThan(0.9);
      const ground = vectorsWhere(clip, t, (x, y) => !within(x, y, 24));
      expect(ground.length).toBeGreaterThan(100);
      const speeds = ground.map(([x, y]) => Math.hypot(x, y));
      expect(median(speeds)).toBe(0);
      expect(speeds.filter((speed) => speed <= 0.25).length / speeds.length).toBeGreaterThan(0.97);
    }
  });

  it('maps motion through crop and scale', async () => {
    // The crop follows the square in frame 6; twice as wide as high in the source, square in the output.
    const crop = { x: 34, y: 26, width: 40, height: 40 };
    const size = { width: 80, height: 20 };
    const clip = await decodeClip(path, { indices: [6], size, crop, motion: true, motionCell: 5 });
    expect(clip.geometry.crop).toEqual(crop);
    const object = vectorsWhere(clip, 0, (x, y) => x > 16 && x < 64 && y > 4 && y < 16);
    expect(median(object.map(([x]) => x))).toBeCloseTo(SPEED.x * 2, 0.5);
    expect(median(object.map(([, y]) => y))).toBeCloseTo(SPEED.y / 2, 0.5);
  });

  it('keeps pixels per source frame when frames are skipped', async () => {
    const clip = await decodeClip(path, { indices: [2, 6, 10], size: full, motion: true });
    for (const [slot, t] of [2, 6, 10].entries()) {
      const left = START.x + SPEED.x * t;
      const top = START.y + SPEED.y * t;
      const object = vectorsWhere(
        clip,
        slot,
        (x, y) => x > left + 16 && x < left + 30 && y > top + 8 && y < top + 32,
      );
      expect(median(object.map(([x]) => x))).toBeCloseTo(SPEED.x, 0.5);
    }
  });

  it('picks by time the frame that is on screen', async () => {
    const times = [0, 0.039, 0.041, 0.5, 0.639];
    const clip = await decodeClip(path, { times, size: { width: 16, height: 16 }, motion: true });
    expect([...clip.indices]).toEqual([0, 0, 1, 12, 15]);
  });

  it('refuses frames that are not there, unless told to clamp', async () => {
    const size = { width: 16, height: 16 };
    await expect(decodeClip(path, { indices: [3, 16], size })).rejects.toMatchObject({
      code: 'FRAME_OUT_OF_RANGE',
      index: 16,
      frameCount: 16,
    });
    await expect(decodeClip(path, { times: [0.65], size })).rejects.toMatchObject({
      code: 'FRAME_OUT_OF_RANGE',
    });
    const clip = await decodeClip(path, { indices: [3, 15, 16, 40], size, clampToEnd: true, motion: true });
    expect([...clip.indices]).toEqual([3, 15, 15, 15]);
  });

  it.each([
    [{ indices: [], size: full }],
    [{ indices: [-1], size: full }],
    [{ indices: [0.5], size: full }],
    [{ times: [Number.NaN], size: full }],
    [{ indices: [0], size: { width: 0, height: 8 } }],
    [{ indices: [0], size: full, crop: { x: 100, y: 0, width: 40, height: 40 } }],
    [{ indices: [0], size: full, motion: true, motionCell: 0 }],
  ])('refuses %j', async (options) => {
    await expect(decodeClip(path, options)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it('refuses more than the limits', async () => {
    const options = { indices: [5], size: full };
    const large = { code: 'VIDEO_TOO_LARGE' };
    await expect(decodeClip(path, { ...options, limits: { pixels: 1000 } })).rejects.toMatchObject(large);
    await expect(decodeClip(path, { ...options, limits: { frameCount: 5 } })).rejects.toMatchObject(large);
  });
});
