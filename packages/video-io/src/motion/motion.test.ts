import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeClip, estimateMotion, type MotionField } from '../index.js';
import { type TestVideo, writeTestVideo } from '../testing/write-video.js';

const width = 160;
const height = 96;
const SIDE = 48;
const FRAMES = 24;
/** Pixels per frame of the square, and its corner in frame 0. */
const SPEED = { x: 3, y: 1 };
const START = { x: 20, y: 16 };

const corner = (t: number) => ({ x: START.x + SPEED.x * t, y: START.y + SPEED.y * t });
/** A textured square that moves over a textured ground that does not. */
function luma(x: number, y: number, t: number): number {
  const at = corner(t);
  const [u, v] = [x - at.x, y - at.y];
  const inside = u >= 0 && u < SIDE && v >= 0 && v < SIDE;
  return inside
    ? 150 + 45 * Math.sin(u / 3) * Math.cos(v / 4) + 25 * Math.sin(u * v * 0.02)
    : 90 + 15 * Math.sin(x / 4 + y * y * 0.01) + 15 * Math.cos(y / 5);
}

const steady = 'weightp=0:no-psy=1:aq-mode=0:me=umh:subme=7:scenecut=0:b-adapt=0:mbtree=0';
const base: TestVideo = { encoder: 'libx264', width, height, frames: FRAMES, luma, options: { crf: '18' } };
const x264 = (parameters: string, bFrames: number): TestVideo => ({
  ...base,
  bFrames,
  options: { crf: '18', 'x264-params': `${steady}:${parameters}` },
});

/** One picture that vectors can point to on each side: motion is exact. */
const EXACT: readonly [name: string, video: TestVideo][] = [
  ['P-frames', x264('ref=1', 0)],
  ['B-frames', x264('ref=1:b-pyramid=none', 3)],
  ['MPEG-4 part 2', { ...base, encoder: 'mpeg4', options: { b: '4000000' } }],
];
/** Several, of which the nearest is assumed. */
const ASSUMED: readonly [name: string, video: TestVideo][] = [
  ['a pyramid of B-frames', x264('ref=2:b-pyramid=normal', 3)],
  ['the usual settings', { ...base, bFrames: 3, options: { crf: '18', preset: 'medium' } }],
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tgm-motion-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Errors in pixels of the known cells that lie `margin` pixels or more inside the square of frame t. */
function errorsInside(field: MotionField, slot: number, t: number, margin: number): number[] {
  const { vectors, known, rows, columns, cell } = field;
  const at = corner(t);
  const errors: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const place = (slot * rows + row) * columns + column;
      const [x, y] = [(column + 0.5) * cell - at.x, (row + 0.5) * cell - at.y];
      const inside = Math.min(x, y) >= margin && Math.max(x, y) <= SIDE - margin;
      if (!inside || known[place] === 0) continue;
      errors.push(Math.hypot(vectors[place * 2]! - SPEED.x, vectors[place * 2 + 1]! - SPEED.y));
    }
  }
  return errors;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

async function fieldOf(name: string, video: TestVideo): Promise<MotionField> {
  const path = join(folder, `${name}.mkv`);
  writeTestVideo(path, video);
  const indices = Array.from({ length: FRAMES }, (_, t) => t);
  return (await decodeClip(path, { indices, size: { width, height }, motion: true })).motion!;
}

const within = (errors: readonly number[]) => errors.filter((error) => error < 0.5).length / errors.length;

describe.each(EXACT)('motion from %s', (name, video) => {
  it('is that of the object, within half a pixel, in every frame but the first', async () => {
    const field = await fieldOf(name, video);
    expect(field.origin).toBe('codec');
    expect(field.known.subarray(0, field.rows * field.columns).includes(1)).toBe(false);
    for (let t = 1; t < FRAMES; t++) {
      const errors = errorsInside(field, t, t, 16);
      expect(errors.length, `frame ${t}`).toBeGreaterThanOrEqual(12);
      expect(mean(errors), `frame ${t}`).toBeLessThan(0.5);
      expect(within(errors), `frame ${t}`).toBeGreaterThan(0.9);
    }
  });
});

describe.each(ASSUMED)('motion from %s', (name, video) => {
  it('is that of the object in most places', async () => {
    const field = await fieldOf(name, video);
    const errors = Array.from({ length: FRAMES }, (_, t) => errorsInside(field, t, t, 16)).flat();
    expect(within(errors)).toBeGreaterThan(0.75);
  });
});

describe('motion of a clip that skips frames', () => {
  it('is the mean since the frame chosen before, and of the first chosen frame alone', async () => {
    const path = join(folder, 'unsteady.mkv');
    // The whole picture moves right by 1 and 3 pixels in turn, 3 before the frames of even index.
    const moved = (t: number) => 4 * Math.floor(t / 2) + (t % 2);
    const video = {
      ...x264('ref=1', 0),
      luma: (x: number, y: number, t: number) => luma(x - moved(t), y, 99),
    };
    writeTestVideo(path, video);
    const clip = await decodeClip(path, { indices: [4, 8, 9], size: { width, height }, motion: true });
    const { vectors, known, rows, columns } = clip.motion!;
    const middle = Array.from({ length: rows * columns }, (_, c) => c).filter(
      (c) => Math.abs((c % columns) - columns / 2) < columns / 4,
    );
    for (const [slot, speed] of [3, 2, 1].entries()) {
      const places = middle.map((c) => slot * rows * columns + c).filter((place) => known[place] === 1);
      expect(places.length).toBeGreaterThan(middle.length / 2);
      expect(mean(places.map((place) => vectors[place * 2]!))).toBeCloseTo(speed, 1);
    }
  });
});

describe('a stream without vectors', () => {
  it('says so', async () => {
    const field = await fieldOf('none', { ...base, encoder: 'libvpx', options: {} });
    expect(field.origin).toBe('none');
    expect(field.known.includes(1)).toBe(false);
  });
});

describe('estimateMotion', () => {
  it.each([[1], [2]])('finds the object, within half a pixel, in every %i. frame', async (stride) => {
    const path = join(folder, 'estimate.webm');
    writeTestVideo(path, { ...base, encoder: 'libvpx', options: { b: '4000000' } });
    const indices = Array.from({ length: FRAMES / stride }, (_, i) => i * stride);
    const clip = await decodeClip(path, { indices, size: { width, height } });
    const field = estimateMotion(clip);
    expect(field.origin).toBe('estimate');
    const cells = field.rows * field.columns;
    expect(field.known.subarray(0, cells).includes(1)).toBe(false);
    for (const [slot, t] of indices.entries()) {
      if (slot === 0) continue;
      const errors = errorsInside(field, slot, t, 12);
      expect(errors.length).toBeGreaterThanOrEqual(6);
      expect(mean(errors), `frame ${t}`).toBeLessThan(0.3);
      expect(within(errors), `frame ${t}`).toBeGreaterThan(0.9);
      // The corner of the ground that the square never comes near.
      const still = slot * cells + (field.rows - 1) * field.columns;
      expect(field.known[still]).toBe(1);
      expect(Math.hypot(...field.vectors.subarray(still * 2, still * 2 + 2))).toBeLessThan(0.3);
    }
  });

  it('does not know where nothing can be matched', () => {
    const size = { width: 16, height: 16 };
    const geometry = { source: size, crop: { x: 0, y: 0, ...size }, size };
    const frames = new Uint8Array(2 * 16 * 16 * 3).fill(90);
    // Left flat in both frames; right a texture that is far brighter in the second.
    for (let i = 0; i < frames.length; i += 3) {
      const x = (i / 3) % 16;
      const lit = i < frames.length / 2 ? 0 : 150;
      if (x >= 8) frames.fill(lit + ((x * 7 + (i % 13)) % 5) * 20, i, i + 3);
    }
    const field = estimateMotion({ frames, indices: Uint32Array.of(0, 1), geometry }, { cell: 4, reach: 1 });
    expect([...field.known]).toEqual(new Array(32).fill(0));
    expect(() => estimateMotion({ frames, indices: Uint32Array.of(0, 1), geometry }, { cell: 0 })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });
});
