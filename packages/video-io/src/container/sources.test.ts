import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeClip, probeVideo } from '../index.js';
import { type TestVideo, writeTestVideo } from '../testing/write-video.js';

const { videoPool } = (await import(
  new URL('../../dist/index.js', import.meta.url).href
)) as typeof import('../index.js');

/** Brightness 60 to 200 from left to right; a frame more, a level more. */
const ramp = (width: number) => (x: number, _y: number, t: number) => 60 + (140 * x) / (width - 1) + t;
const base: TestVideo = {
  encoder: 'libx264',
  width: 128,
  height: 72,
  frameCount: 6,
  luma: ramp(128),
  options: { crf: '8' },
};

let folder: string;
const write = (name: string, video: TestVideo): string => {
  const path = join(folder, name);
  writeTestVideo(path, video);
  return path;
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tgm-sources-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Mean of the channels in one column of frame 0, which the colour of the test videos leaves where it was. */
function columnLevel(frames: Uint8Array, width: number, height: number, column: number): number {
  let sum = 0;
  for (let y = 0; y < height; y++) sum += frames[(y * width + column) * 3 + 1]!;
  return sum / height;
}

describe('decodeClip', () => {
  it('takes the bytes of a file for the file, here and on threads', async () => {
    const path = write('bytes.mp4', { ...base, gop: 2 });
    const bytes = new Uint8Array(readFileSync(path));
    const options = { indices: [5, 1], size: { width: 40, height: 20 }, motion: true };
    const expected = await decodeClip(path, options);
    expect(await decodeClip(bytes, options)).toEqual(expected);
    const pool = videoPool({ workers: 1 });
    expect(await pool.decode(bytes, options)).toEqual(expected);
    expect(await pool.probe(bytes, { countFrames: true })).toEqual(
      await probeVideo(path, { countFrames: true }),
    );
    await pool.close();
    await expect(decodeClip(bytes.subarray(0, 300), options)).rejects.toMatchObject({
      code: 'VIDEO_UNREADABLE',
      source: '300 bytes',
    });
  });

  it('gives ten bits the levels of eight', async () => {
    const size = { width: 128, height: 72 };
    const eight = await decodeClip(write('eight.mp4', base), { indices: [0], size });
    const deep = write('ten.mkv', { ...base, pixels: 'yuv420p10le' });
    const ten = await decodeClip(deep, { indices: [0], size });
    for (const column of [10, 64, 120]) {
      const level = columnLevel(eight.frames, 128, 72, column);
      expect(Math.abs(columnLevel(ten.frames, 128, 72, column) - level)).toBeLessThan(2);
    }
    expect(columnLevel(ten.frames, 128, 72, 120)).toBeGreaterThan(columnLevel(ten.frames, 128, 72, 10) + 100);
  });

  it.each([
    [97, 63],
    [96, 63],
    [97, 64],
  ])('takes odd sizes: %i x %i', async (width, height) => {
    const path = write(`${width}x${height}.webm`, {
      ...base,
      encoder: 'libvpx',
      width,
      height,
      luma: ramp(width),
    });
    expect(await probeVideo(path)).toMatchObject({ width, height });
    const clip = await decodeClip(path, { indices: [0, 5], size: { width, height } });
    expect(clip.geometry.crop).toEqual({ x: 0, y: 0, width, height });
    const rise =
      columnLevel(clip.frames, width, height, width - 1) - columnLevel(clip.frames, width, height, 0);
    // Video levels 16-235 become 0-255.
    expect(rise).toBeGreaterThan((140 * 255) / 219 - 25);
    expect(rise).toBeLessThan((140 * 255) / 219 + 25);
  });

  it('shows pixels that are not square as they are meant', async () => {
    const path = write('wide.mp4', { ...base, pixelAspect: [3, 2] });
    expect(await probeVideo(path)).toMatchObject({ width: 192, height: 72 });
    const clip = await decodeClip(path, { indices: [0], size: { width: 72, height: 72 } });
    // The middle 72 of 192 shown columns are the middle 48 of 128 coded ones.
    expect(clip.geometry.crop).toEqual({ x: 60, y: 0, width: 72, height: 72 });
    const square = await decodeClip(write('narrow.mp4', base), {
      indices: [0],
      size: { width: 72, height: 72 },
      crop: { x: 40, y: 0, width: 48, height: 72 },
    });
    expect(Buffer.compare(clip.frames, square.frames)).toBe(0);
  });

  it('goes by the real times of uneven frames', async () => {
    const times = [0, 10, 200, 210, 1000, 1001];
    const path = write('uneven.mkv', { ...base, time: (i) => times[i]! });
    const clip = await decodeClip(path, {
      times: [0.009, 0.15, 0.2, 0.999, 1.0005, 1.001],
      size: { width: 8, height: 8 },
    });
    expect([...clip.indices]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...clip.times]).toEqual(times.map((time) => expect.closeTo(time / 1000, 9)));
  });
});

describe('limits', () => {
  const options = { indices: [0], size: { width: 8, height: 8 } };
  it.each([
    [{ streams: 0 }, '0 streams, got 1'],
    [{ duration: 0.2 }, '0.2 seconds of duration, got 0.24'],
    [{ time: 0 }, '0 seconds of time'],
    [{ pixels: 9215 }, '9215 pixels'],
  ])('refuse %j', async (limits, message) => {
    const path = write('limits.mp4', base);
    await expect(decodeClip(path, { ...options, limits })).rejects.toMatchObject({
      code: 'VIDEO_TOO_LARGE',
      message: expect.stringContaining(message),
    });
  });
});
