import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../container/limits.js';
import { withVideo } from '../container/open-video.js';
import { indexFrames } from '../frame-index/build.js';
import type { KnownVideo } from '../frame-index/cache.js';
import { decodeClip, probeVideo } from '../index.js';
import { type TestVideo, writeTestVideo } from '../testing/write-video.js';
import { decodeByIndex } from './by-index.js';
import { decodeClipSync } from './decode-clip.js';
import { decodeFromStart } from './from-start.js';
import { planDecode } from './options.js';

const size = { width: 48, height: 32 };
const FRAMES = 60;
/** Noise that moves and changes, so that no two frames are alike and each picture needs those before. */
const luma = (x: number, y: number, t: number) =>
  128 + 60 * Math.sin((x + 3 * t) / 5) * Math.cos((y - t) / 7) + 40 * Math.sin(x * y * 0.05 + t * t * 0.1);
const x264: TestVideo = { encoder: 'libx264', width: 96, height: 64, frameCount: FRAMES, luma };

/** Name of the file, how it is written, and how many places it can be entered at; 0: only at its start. */
const VIDEOS: readonly [name: string, video: TestVideo, entries: number][] = [
  ['long.mp4', x264, 1],
  ['short.mp4', { ...x264, gop: 7 }, 9],
  ['b.mp4', { ...x264, gop: 20, bFrames: 3 }, 3],
  ['pyramid.mkv', { ...x264, gop: 20, bFrames: 5, options: { 'x264-params': 'b-pyramid=normal:ref=4' } }, 3],
  ['open-gop.mp4', { ...x264, gop: 20, bFrames: 3, options: { 'x264-params': 'open-gop=1' } }, 1],
  ['refresh.mp4', { ...x264, gop: 20, options: { 'x264-params': 'intra-refresh=1' } }, 1],
  ['fields.mp4', { ...x264, gop: 20, options: { 'x264-params': 'tff=1' } }, 0],
  [
    'uneven.mp4',
    { ...x264, gop: 15, bFrames: 2, time: (i) => 500 + i * 30 + (i % 5) * 6 + (i > 30 ? 4000 : 0) },
    4,
  ],
  ['full-colour.mp4', { ...x264, gop: 20, pixels: 'yuv444p' }, 3],
  ['deep.mkv', { ...x264, gop: 20, pixels: 'yuv420p10le', bFrames: 2 }, 3],
  ['annex-b.ts', { ...x264, gop: 20 }, 0],
  [
    'hevc.mp4',
    {
      ...x264,
      encoder: 'libx265',
      gop: 20,
      bFrames: 3,
      options: { 'x265-params': 'log-level=none:open-gop=0' },
    },
    3,
  ],
  [
    'hevc-open.mkv',
    {
      ...x264,
      encoder: 'libx265',
      gop: 20,
      options: { 'x265-params': 'log-level=none:open-gop=1:bframes=4' },
    },
    3,
  ],
  [
    'vp8.webm',
    { ...x264, encoder: 'libvpx', gop: 20, options: { 'auto-alt-ref': '1', 'lag-in-frames': '10' } },
    3,
  ],
  [
    'vp9.webm',
    { ...x264, encoder: 'libvpx-vp9', gop: 20, options: { 'lag-in-frames': '10', 'cpu-used': '8' } },
    3,
  ],
  ['av1.mkv', { ...x264, encoder: 'libsvtav1', gop: 20, options: { preset: '12' } }, 3],
  ['part2.mp4', { ...x264, encoder: 'mpeg4', gop: 12, bFrames: 2 }, 0],
  ['still.avi', { ...x264, encoder: 'mjpeg', options: { strict: 'unofficial' } }, 0],
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tgm-seek-'));
  for (const [name, video] of VIDEOS) {
    writeTestVideo(join(folder, name), video);
    // Long settled: what is learnt of it may be kept.
    utimesSync(join(folder, name), 0, 0);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const indexOf = (path: string) =>
  withVideo(path, DEFAULT_LIMITS, (video) => indexFrames(video, DEFAULT_LIMITS));

/** The frames of `indices` by seeking alone, without the way back to the start. */
function sought(path: string, indices: number[], known?: KnownVideo) {
  const plan = planDecode(path, { indices, size });
  return withVideo(
    path,
    DEFAULT_LIMITS,
    (video) => {
      expect(video.known).toBe(known);
      return decodeByIndex(video, known?.index ?? indexFrames(video, DEFAULT_LIMITS)!, plan);
    },
    known,
  );
}

describe.each(VIDEOS)('%s', (name, video, entries) => {
  it('gives by seeking what decoding from the start gives', async () => {
    const path = join(folder, name);
    const index = indexOf(path);
    expect(new Set(index?.entryOf).size).toBe(entries);
    const every = Array.from({ length: FRAMES }, (_, i) => i);
    const whole = withVideo(path, DEFAULT_LIMITS, (opened) =>
      decodeFromStart(opened, planDecode(path, { indices: every, size })),
    );
    expect((await probeVideo(path, { countFrames: true })).frameCount).toBe(FRAMES);
    const { learnt } = decodeClipSync(path, { indices: [0], size });
    expect(learnt?.header.toldAtOnce).toBe(index && true);
    const ways = index
      ? [(indices: number[]) => sought(path, indices), (indices: number[]) => sought(path, indices, learnt)]
      : [(indices: number[]) => decodeClipSync(path, { indices, size }).clip];
    const bytes = size.width * size.height * 3;
    for (const indices of [[59], [20], [19, 21], [41, 3], [2, 30, 58], every.filter((i) => i % 4 === 1)]) {
      for (const decode of ways) {
        const clip = decode(indices);
        indices.forEach((frame, t) => {
          const got = clip.frames.subarray(t * bytes, (t + 1) * bytes);
          expect(
            Buffer.compare(got, whole.frames.subarray(frame * bytes, (frame + 1) * bytes)),
            `${frame}`,
          ).toBe(0);
          expect(clip.times[t]).toBe(whole.times[frame]);
        });
      }
    }
    const { time = (i: number) => i * 40 } = video;
    // Containers may begin to count elsewhere, and .ts counts from 1.4 s.
    whole.times.forEach((seconds, i) => {
      expect(seconds - whole.times[0]!).toBeCloseTo((time(i) - time(0)) / 1000, 2);
    });
    const at = await decodeClip(path, { times: [whole.times[33]! + 0.001], size });
    expect([...at.indices]).toEqual([33]);
  });
});

describe('an old x264 stream in full colour', () => {
  it('is decoded with the mistakes of its encoder after a seek too', () => {
    const path = join(folder, 'old.mp4');
    const bytes = readFileSync(join(folder, 'full-colour.mp4'));
    const at = bytes.indexOf('x264 - core ');
    bytes.write('x264 - core 142', at, 'latin1');
    writeFileSync(path, bytes);
    const index = indexOf(path)!;
    expect(index.prefixOf.findIndex((place) => place >= 0)).toBe(20);
    expect(index.prefixes).toHaveLength(1);
    // In this stream the old mistakes end in an error at the third group, wherever decoding begins.
    const damaged = expect.objectContaining({ code: 'VIDEO_DECODE_FAILED' });
    const plan = planDecode(path, { indices: [41], size });
    expect(() => withVideo(path, DEFAULT_LIMITS, (video) => decodeFromStart(video, plan))).toThrow(damaged);
    expect(() => sought(path, [41])).toThrow(damaged);
    expect(sought(join(folder, 'full-colour.mp4'), [41]).indices).toEqual(Uint32Array.of(41));
  });
});
