import { mkdtempSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeClipSync } from '../decode/decode-clip.js';
import { type TestVideo, writeTestVideo } from '../testing/write-video.js';
import { type KnownVideo, knownBytes, knownVideos } from './cache.js';

const size = { width: 32, height: 24 };
const base: TestVideo = {
  encoder: 'libx264',
  width: 64,
  height: 48,
  frameCount: 20,
  gop: 5,
  luma: (x, y, t) => 128 + 90 * Math.sin((x + 2 * t) / 4) * Math.cos((y * (1 + t)) / 17),
};

const { videoPool } = (await import(
  new URL('../../dist/index.js', import.meta.url).href
)) as typeof import('../index.js');

let folder: string;
let path: string;
/** Writes the video as if it had been there for long. */
const write = (video: TestVideo): void => {
  writeTestVideo(path, video);
  utimesSync(path, 1e9, 1e9);
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tgm-known-'));
  path = join(folder, 'video.mp4');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('what is known of a file', () => {
  const options = { indices: [3, 17], size, motion: true };

  it('gives the same clip, and is told once', () => {
    write(base);
    const first = decodeClipSync(path, options);
    const again = decodeClipSync(path, options, first.learnt);
    expect(first.learnt!.index!.packetOf).toHaveLength(20);
    expect(again).toEqual({ clip: first.clip });
  });

  it('is not used when the file has changed, even with its time kept', () => {
    write(base);
    const { learnt } = decodeClipSync(path, options);
    write({ ...base, frameCount: 12 });
    const shorter = { ...options, indices: [17] };
    expect(() => decodeClipSync(path, shorter)).toThrow(expect.objectContaining({ frameCount: 12 }));
    expect(() => decodeClipSync(path, shorter, learnt)).toThrow(expect.objectContaining({ frameCount: 12 }));
    write({ ...base, frameCount: 30 });
    const longer = decodeClipSync(path, { ...options, indices: [29] }, learnt);
    expect([...longer.clip.indices]).toEqual([29]);
    expect(longer.learnt!.index!.packetOf).toHaveLength(30);
  });

  it('is not kept when the file was written just now, nor of bytes', () => {
    writeTestVideo(path, base);
    expect(decodeClipSync(path, options).learnt).toBeUndefined();
    write(base);
    expect(decodeClipSync(readFileSync(path), options).learnt).toBeUndefined();
  });

  it('keeps to the limits of the call', () => {
    write(base);
    const { clip, learnt } = decodeClipSync(path, options);
    const limits = { frameCount: 18 };
    expect(decodeClipSync(path, { ...options, limits }, learnt).clip.frames).toEqual(clip.frames);
    const tooLarge = expect.objectContaining({ code: 'VIDEO_TOO_LARGE' });
    for (const less of [{ pixels: 1000 }, { duration: 0.5 }, { streams: 0 }])
      expect(() => decodeClipSync(path, { ...options, limits: less }, learnt)).toThrow(tooLarge);
  });

  it('is shared by the threads of a pool, which notices changes', async () => {
    write(base);
    const pool = videoPool({ workers: 2 });
    const decode = () => Promise.all([0, 1, 2, 3].map(() => pool.decode(path, options)));
    const expected = decodeClipSync(path, options).clip;
    for (const clip of [...(await decode()), ...(await decode())]) expect(clip).toEqual(expected);
    const other: TestVideo = { ...base, gop: 7, luma: (x, y, t) => 255 - base.luma(x, y, t) };
    write(other);
    const changed = decodeClipSync(path, options).clip;
    expect(changed.frames).not.toEqual(expected.frames);
    for (const clip of await decode()) expect(clip).toEqual(changed);
    await pool.close();
  });
});

describe('knownVideos', () => {
  it('forgets what was used least recently, to stay within its bytes', () => {
    write(base);
    const { learnt } = decodeClipSync(path, { indices: [0], size });
    const bytes = knownBytes(learnt!);
    const named = (version: string): KnownVideo => ({ ...learnt!, version });
    const known = knownVideos(3 * bytes);
    for (const name of ['a', 'b', 'c']) known.put(name, named(name));
    known.put('b', named('newer'));
    known.get('a');
    known.put('d', named('d'));
    expect(['a', 'b', 'c', 'd'].map((name) => known.get(name)?.version)).toEqual([
      'a',
      'newer',
      undefined,
      'd',
    ]);
    const large = { ...learnt!.index!, prefixes: [new Uint8Array(3 * bytes)] };
    known.put('too large', { ...learnt!, index: large });
    expect(known.get('too large')).toBeUndefined();
    expect(known.get('d')?.version).toBe('d');
  });
});
