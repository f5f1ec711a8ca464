import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeClip, encodeVideo, probeVideo, type VideoClip, VideoError } from '../index.js';

const SIZE = { width: 64, height: 64 };
const FRAMES = 12;
const options = { indices: Array.from({ length: FRAMES }, (_, i) => i), size: SIZE, motion: true };

let folder: string;
let intact: Buffer;
let clip: VideoClip;

/** Bright and dark stripes that drift: something to damage in every frame. */
function stripes(): Uint8Array {
  const frames = new Uint8Array(FRAMES * SIZE.width * SIZE.height * 3);
  for (let t = 0, i = 0; t < FRAMES; t++) {
    for (let y = 0; y < SIZE.height; y++) {
      for (let x = 0; x < SIZE.width; x++, i += 3) {
        frames.fill(128 + 80 * Math.sin((x + 2 * t) / 3) * Math.cos((y * (1 + t)) / 17), i, i + 3);
      }
    }
  }
  return frames;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tgm-damage-'));
  const path = join(folder, 'intact.mp4');
  await encodeVideo(path, stripes(), { ...SIZE, fps: 10 });
  intact = readFileSync(path);
  clip = await decodeClip(path, options);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The error's code, or `same` / `other` for frames that are or are not those of the intact file. */
async function outcome(bytes: Uint8Array): Promise<string> {
  const path = join(folder, 'damaged.mp4');
  writeFileSync(path, bytes);
  try {
    const got = await decodeClip(path, options);
    return Buffer.compare(got.frames, clip.frames) === 0 ? 'same' : 'other';
  } catch (error) {
    if (error instanceof VideoError) return error.code;
    throw error;
  }
}

describe('a damaged file', () => {
  it('that is cut short gives a typed error', async () => {
    // The index of an .mp4 of ours is at its end: any cut loses it.
    for (const part of [0, 0.1, 0.5, 0.9]) {
      const cut = intact.subarray(0, Math.floor(intact.length * part));
      expect(await outcome(cut)).toMatch(/^VIDEO_(UNREADABLE|NO_STREAM|DECODE_FAILED)$/);
    }
  });

  it('of zeros or noise gives a typed error', async () => {
    expect(await outcome(new Uint8Array(5000))).toBe('VIDEO_UNREADABLE');
    const noise = Uint8Array.from({ length: 5000 }, (_, i) => (i * 2654435761) >>> 13);
    expect(await outcome(noise)).toBe('VIDEO_UNREADABLE');
  });

  // The entropy decoder takes about a quarter of such holes for picture content.
  it('with a hole of zeros in the coded pictures gives a typed error', async () => {
    const data = intact.indexOf('mdat') + 4;
    const end = intact.lastIndexOf('moov') - 4;
    for (const part of [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]) {
      const bytes = Buffer.from(intact);
      const at = Math.floor(data + (end - data) * part);
      bytes.fill(0, at, at + 200);
      expect(await outcome(bytes)).toBe('VIDEO_DECODE_FAILED');
    }
  });

  it('with any one byte changed ends in a typed error or in frames', async () => {
    for (let k = 0; k < 60; k++) {
      const bytes = Buffer.from(intact);
      const at = Math.floor((k * intact.length) / 60);
      bytes[at] = bytes[at]! ^ 0x5a;
      expect(await outcome(bytes)).toMatch(/^(same|other|VIDEO_[A-Z_]+|FRAME_OUT_OF_RANGE)$/);
    }
  });
});

describe('what is not a video', () => {
  it('is told apart', async () => {
    const cases: [string, string][] = [
      [join(folder, 'absent.mp4'), 'VIDEO_NOT_FOUND'],
      [folder, 'VIDEO_NOT_FOUND'],
      ['/dev/zero', 'VIDEO_NOT_FOUND'],
      ['a\0b.mp4', 'VIDEO_NOT_FOUND'],
      ['http://localhost/a.mp4', 'VIDEO_NOT_FOUND'],
    ];
    for (const [source, code] of cases) {
      await expect(decodeClip(source, options)).rejects.toMatchObject({ code, source });
      await expect(probeVideo(source)).rejects.toMatchObject({ code });
    }
  });

  it('cannot point to other files: playlists are refused', async () => {
    const playlists = {
      'list.m3u8': '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nintact.mp4\n#EXT-X-ENDLIST\n',
      'list.ffconcat': 'ffconcat version 1.0\nfile intact.mp4\n',
    };
    for (const [name, text] of Object.entries(playlists)) {
      const path = join(folder, name);
      writeFileSync(path, text);
      await expect(probeVideo(path)).rejects.toMatchObject({
        code: 'VIDEO_UNREADABLE',
        received: expect.stringContaining('another format'),
      });
    }
  });

  it('opens files with awkward names', async () => {
    for (const name of ['-y.mp4', "it's a file:2.mp4", 'ünï\ncode%03d.mp4']) {
      const path = join(folder, name);
      writeFileSync(path, intact);
      expect(await probeVideo(path, { countFrames: true })).toEqual({
        ...SIZE,
        frameCount: FRAMES,
        framesExact: true,
        start: 0,
        duration: 1.2,
        fps: 10,
        codec: 'h264',
        rotation: 0,
        mirrored: false,
        hasMotionVectors: true,
      });
    }
  });
});

describe('a file that asks to be turned', () => {
  it('is turned, pixels and motion', async () => {
    const turned = Buffer.from(intact);
    // Track header, ISO 14496-12: the matrix lies 40 bytes after the version; big-endian 16.16 numbers.
    const at = turned.indexOf('tkhd') + 4 + 40;
    for (const [i, value] of [0, 1, 0, -1, 0, 0].entries()) turned.writeInt32BE(value * 65536, at + i * 4);
    const path = join(folder, 'turned.mp4');
    writeFileSync(path, turned);
    expect(await probeVideo(path)).toMatchObject({ rotation: 90, mirrored: false });

    const got = await decodeClip(path, options);
    const { width, height } = SIZE;
    let worst = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        // Clockwise: displayed (x, y) was coded at (y, height - 1 - x).
        const coded = ((5 * height + (height - 1 - x)) * width + y) * 3;
        worst = Math.max(
          worst,
          Math.abs(got.frames[((5 * height + y) * width + x) * 3]! - clip.frames[coded]!),
        );
      }
    }
    expect(worst).toBe(0);
    const { rows, columns } = clip.motion!;
    const field = (of: VideoClip, row: number, column: number) => {
      const cell = (5 * rows + row) * columns + column;
      return [...of.motion!.vectors.subarray(cell * 2, cell * 2 + 2)];
    };
    let moving = 0;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const [x, y] = field(clip, rows - 1 - column, row) as [number, number];
        expect(field(got, row, column)).toEqual([expect.closeTo(-y, 5), expect.closeTo(x, 5)]);
        if (x !== 0) moving++;
      }
    }
    expect(moving).toBeGreaterThan(20);
  });
});
