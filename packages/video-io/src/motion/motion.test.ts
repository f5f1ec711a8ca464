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
/** Textures that repeat nowhere, so that nothing matches by chance. */
const object = (u: number, v: number) =>
  150 + 45 * Math.sin(u / 3) * Math.cos(v / 4) + 25 * Math.sin(u * v * 0.02);
const ground = (x: number, y: number) => 90 + 15 * Math.sin(x / 4 + y * y * 0.01) + 15 * Math.cos(y / 5);

/** A textured square that moves over a textured ground that does not. */
function luma(x: number, y: number, t: number): number {
  const at = corner(t);
  const [u, v] = [x - at.x, y - at.y];
  const inside = u >= 0 && u < SIDE && v >= 0 && v < SIDE;
  return inside ? object(u, v) : ground(x, y);
}

const steady = 'weightp=0:no-psy=1:aq-mode=0:me=umh:subme=7:scenecut=0:b-adapt=0:mbtree=0';
const base: TestVideo = {
  encoder: 'libx264',
  width,
  height,
  frameCount: FRAMES,
  luma,
  options: { crf: '18' },
};
const x264 = (parameters: string, bFrames: number): TestVideo => ({
  ...base,
  bFrames,
  options: { crf: '18', 'x264-params': `${steady}:${parameters}` },
});

const usual = (preset: string, crf: string): TestVideo => ({ ...base, bFrames: 3, options: { crf, preset } });

const SETTINGS: readonly [name: string, video: TestVideo, share: number][] = [
  ['P-frames', x264('ref=1', 0), 1],
  ['B-frames', x264('ref=1:b-pyramid=none', 3), 0.99],
  ['MPEG-4 part 2', { ...base, encoder: 'mpeg4', options: { b: '4000000' } }, 1],
  ['three references', x264('ref=3', 0), 0.98],
  ['a pyramid of B-frames', x264('ref=2:b-pyramid=normal', 3), 0.93],
  ["x264's defaults", usual('medium', '23'), 0.9],
  ["x264's fast", usual('fast', '23'), 0.9],
  ["x264's veryslow, sixteen references", { ...usual('veryslow', '20'), bFrames: 8 }, 0.8],
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

describe.each(SETTINGS)('motion from %s', (name, video, share) => {
  it('is that of the object, within half a pixel', async () => {
    const field = await fieldOf(name, video);
    expect(field.origin).toBe('codec');
    expect(field.known.subarray(0, field.rows * field.columns).includes(1)).toBe(false);
    const errors = Array.from({ length: FRAMES }, (_, t) => errorsInside(field, t, t, 16)).flat();
    expect(errors.length).toBeGreaterThan(FRAMES * 8);
    expect(within(errors)).toBeGreaterThanOrEqual(share);
    expect(mean(errors)).toBeLessThan(0.2);
  });

  // Chroma has half the resolution, so that encoders like to look two frames back at odd speeds.
  it.each([[1], [3], [5]])('is that of a pan of %i pixels a frame', async (speed) => {
    if (video.encoder === 'mpeg4' && speed > 1) return;
    const moving = (x: number, y: number, t: number) =>
      (object(x - speed * t + 300, y + 100) + ground(x - speed * t, y)) / 2;
    const { vectors, known, rows, columns, cell } = await fieldOf(`${name} pan`, { ...video, luma: moving });
    const errors: number[] = [];
    for (let place = rows * columns; place < known.length; place++) {
      const x = ((place % columns) + 0.5) * cell;
      if (known[place] === 0 || x < 24 || x > width - 24) continue;
      errors.push(Math.hypot(vectors[place * 2]! - speed, vectors[place * 2 + 1]!));
    }
    expect(errors.length).toBeGreaterThan(known.length / 3);
    expect(within(errors)).toBeGreaterThanOrEqual(share);
    expect(mean(errors)).toBeLessThan(0.2);
  });
});

describe('the motion of a frame', () => {
  // Without the settings whose result x264 lets vary from run to run.
  const video = x264('ref=3:b-pyramid=normal', 3);
  const size = { width, height };
  const write = (ending: string): string => {
    const path = join(folder, `stream.${ending}`);
    writeTestVideo(path, { ...video, gop: 12 });
    return path;
  };
  const motionOf = async (path: string, indices: readonly number[]) =>
    (await decodeClip(path, { indices, size, motion: true })).motion!;
  const all = Array.from({ length: FRAMES }, (_, t) => t);
  const slot = (values: Float32Array | Uint8Array, t: number, count: number) =>
    values.subarray((t * values.length) / count, ((t + 1) * values.length) / count);

  it.each([['mp4'], ['ts'], ['mkv'], ['mov'], ['flv'], ['avi'], ['mpg']])(
    'is the same in .%s as in .mp4',
    async (ending) => {
      const expected = await motionOf(write('mp4'), all);
      const found = await motionOf(write(ending), all);
      expect(found.known).toEqual(expected.known);
      expect(found.vectors).toEqual(expected.vectors);
    },
  );

  it.each([['mp4'], ['ts']])('in .%s does not depend on what else is asked for', async (ending) => {
    const path = write(ending);
    const whole = await motionOf(path, all);
    const sets = [...all.map((t) => [t]), [3, 4], [2, 6, 10, 14, 18, 22], [23, 11, 12, 0]];
    for (const indices of sets) {
      const part = await motionOf(path, indices);
      for (const [place, t] of indices.entries()) {
        const message = `frame ${t} of ${indices}`;
        const found = slot(part.vectors, place, indices.length);
        expect(found, message).toEqual(slot(whole.vectors, t, FRAMES));
        expect(slot(part.known, place, indices.length), message).toEqual(slot(whole.known, t, FRAMES));
      }
    }
  });

  it('can be had without pixels', async () => {
    const path = write('mp4');
    const clip = await decodeClip(path, { indices: all, size, motion: true, pixels: false });
    const expected = await decodeClip(path, { indices: all, size, motion: true });
    expect(clip.frames.length).toBe(0);
    expect({ ...clip, frames: expected.frames }).toEqual(expected);
    await expect(decodeClip(path, { indices: all, size, pixels: false })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
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
