import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeClip, encodeVideo, probeVideo } from '../index.js';

const size = { width: 32, height: 16 };
const FRAMES = 10;
const bytes = size.width * size.height * 3;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tgm-encode-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Frame t is one colour: red grows, blue falls. */
function colours(): Uint8Array {
  const frames = new Uint8Array(FRAMES * bytes);
  for (let i = 0; i < frames.length; i += 3) {
    const t = Math.floor(i / bytes);
    frames.set([20 + 20 * t, 90, 220 - 20 * t], i);
  }
  return frames;
}

describe('encodeVideo', () => {
  it('writes a video that says what it was told, in the right colours', async () => {
    const path = join(folder, 'colours.mp4');
    await encodeVideo(path, colours(), { ...size, fps: 29.97, crf: 10, preset: 'medium' });
    const info = await probeVideo(path, { countFrames: true });
    expect(info).toMatchObject({ ...size, frameCount: FRAMES, codec: 'h264' });
    expect(info.fps).toBeCloseTo(29.97, 2);
    const clip = await decodeClip(path, { indices: [0, 4, 9], size });
    for (const [slot, t] of [0, 4, 9].entries()) {
      const [red, green, blue] = clip.frames.subarray(slot * bytes);
      expect(Math.abs(red! - (20 + 20 * t))).toBeLessThanOrEqual(4);
      expect(Math.abs(green! - 90)).toBeLessThanOrEqual(4);
      expect(Math.abs(blue! - (220 - 20 * t))).toBeLessThanOrEqual(4);
    }
    expect(clip.times[2]).toBeCloseTo(9 / 29.97, 4);
  });

  it('writes the same bytes each time, also at the same time', async () => {
    const paths = ['a.mp4', 'b.mp4', 'a.mp4'].map((name) => join(folder, name));
    await Promise.all(paths.map((path) => encodeVideo(path, colours(), { ...size, fps: 25 })));
    expect(Buffer.compare(readFileSync(paths[0]!), readFileSync(paths[1]!))).toBe(0);
  });

  it('puts an I-frame, without motion, at the start of each group', async () => {
    const path = join(folder, 'groups.mp4');
    await encodeVideo(path, colours(), { ...size, fps: 25, gop: 4 });
    const { motion } = await decodeClip(path, {
      indices: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      size,
      motion: true,
    });
    const cells = motion!.rows * motion!.columns;
    const silent = [...Array(FRAMES).keys()].filter(
      (t) => !motion!.known.subarray(t * cells, (t + 1) * cells).includes(1),
    );
    expect(silent).toEqual(expect.arrayContaining([0, 4, 8]));
  });

  it('leaves nothing behind when it fails', async () => {
    const before = readdirSync(folder);
    const absent = join(folder, 'absent', 'a.mp4');
    await expect(encodeVideo(absent, colours(), { ...size, fps: 25 })).rejects.toMatchObject({
      code: 'SYSTEM_FAILED',
      source: absent,
      cause: { code: 'ENOENT' },
      advice: 'Its folder must be there.',
    });
    // The name is taken by a folder: the file is written, and cannot be moved into place.
    const taken = join(folder, 'taken.mp4');
    mkdirSync(taken);
    await expect(encodeVideo(taken, colours(), { ...size, fps: 25 })).rejects.toMatchObject({
      code: 'SYSTEM_FAILED',
      cause: { code: 'EISDIR' },
    });
    rmdirSync(taken);
    expect(readdirSync(folder)).toEqual(before);
    expect(
      readdirSync(tmpdir()).filter((name) => name.endsWith('.tmp') && name.startsWith('tgm-encode')),
    ).toEqual([]);
  });

  it.each(['x.ts', 'x.avi', 'x.mov', 'x.m4v', 'x.xyz', 'x', '.mp4', 'x.mp4.tmp'])(
    'refuses to call an MP4 file %s',
    async (name) => {
      const before = readdirSync(folder);
      await expect(encodeVideo(join(folder, name), colours(), { ...size, fps: 25 })).rejects.toMatchObject({
        code: 'OPTION_INVALID',
        fault: 'caller',
        where: 'encodeVideo, argument path',
      });
      expect(readdirSync(folder)).toEqual(before);
    },
  );

  it('takes the ending in capitals', async () => {
    const path = join(folder, 'CAPITALS.MP4');
    await encodeVideo(path, colours(), { ...size, fps: 25 });
    expect(await probeVideo(path)).toMatchObject({ codec: 'h264' });
  });

  it.each([[{ width: 31 }], [{ height: 0 }], [{ fps: 0 }], [{ fps: Number.NaN }], [{ height: 14 }]])(
    'refuses %j',
    async (wrong) => {
      await expect(
        encodeVideo(join(folder, 'w.mp4'), colours(), { ...size, fps: 25, ...wrong }),
      ).rejects.toMatchObject({
        code: 'OPTION_INVALID',
      });
    },
  );
});
