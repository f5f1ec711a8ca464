import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { seededRandom, uniformIndex } from '@tgm/random';
import type { VideoLimits } from '../container/limits.js';
import { decodeClipSync } from '../decode/decode-clip.js';
import { probeVideoSync, readTimelineSync } from '../decode/probe.js';
import { VideoError } from '../errors.js';
import { mutate } from './mutate.js';
import { type TestVideo, writeTestVideo } from './write-video.js';

const base: TestVideo = {
  encoder: 'libx264',
  width: 64,
  height: 48,
  frameCount: 12,
  gop: 5,
  luma: (x, y, t) => 128 + 90 * Math.sin((x + 2 * t) / 4) * Math.cos((y * (1 + t)) / 17),
};

/** The good files: each container and codec that the package reads. */
const FILES: readonly [name: string, video: TestVideo][] = [
  ['h264.mp4', { ...base, bFrames: 2 }],
  ['h264.mov', base],
  ['h264.mkv', { ...base, pixels: 'yuv444p' }],
  ['h264.ts', base],
  ['h264.flv', base],
  ['h264.avi', base],
  ['hevc.mp4', { ...base, encoder: 'libx265', options: { 'x265-params': 'log-level=none' } }],
  ['vp8.webm', { ...base, encoder: 'libvpx' }],
  ['vp9.webm', { ...base, encoder: 'libvpx-vp9', options: { 'cpu-used': '8' } }],
  ['av1.mp4', { ...base, encoder: 'libsvtav1', options: { preset: '12' } }],
  ['mpeg4.avi', { ...base, encoder: 'mpeg4' }],
  ['mpeg4.mp4', { ...base, encoder: 'mpeg4', bFrames: 1 }],
  ['mjpeg.avi', { ...base, encoder: 'mjpeg', options: { strict: 'unofficial' } }],
];

/** Seconds that one damaged file may take. */
const TIME = 5;

export interface FuzzReport {
  /** How many ended in frames, and how many in each error code. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** What ended otherwise: an error of no type, or frames of the wrong size. */
  readonly faults: readonly string[];
  /** Seconds of the slowest file. */
  readonly slowest: number;
  /** Resident memory in MiB after a tenth of the files and after all. */
  readonly memory: readonly [early: number, late: number];
}

/** Decodes damaged copies number `first` to `first + count` of good files; `seed` and number make the damage. */
export async function fuzz(options: { seed: string; first: number; count: number }): Promise<FuzzReport> {
  const { seed, first, count } = options;
  const folder = mkdtempSync(join(tmpdir(), 'tgm-fuzz-'));
  const files = FILES.map(([name, video]) => {
    writeTestVideo(join(folder, name), video);
    return { name, bytes: readFileSync(join(folder, name)) };
  });
  const damaged = join(folder, 'damaged');

  const outcomes: Record<string, number> = {};
  const faults: string[] = [];
  let slowest = 0;
  let early = 0;
  for (let number = first; number < first + count; number++) {
    const random = seededRandom(seed, number);
    const { name, bytes } = files[uniformIndex(files.length, random)]!;
    const began = performance.now();
    const outcome = outcomeOf(damaged, mutate(bytes, random), uniformIndex(base.frameCount, random));
    slowest = Math.max(slowest, (performance.now() - began) / 1000);
    if (outcome.startsWith('fault')) faults.push(`${name} ${number}: ${outcome}`);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    if (number === first + Math.floor(count / 10)) early = residentMemory();
    // Node frees FFmpeg's buffers when the event loop turns.
    await setImmediate();
  }
  rmSync(folder, { recursive: true });
  return { outcomes, faults, slowest, memory: [early, residentMemory()] };
}

function residentMemory(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}

/** Probes the bytes, and decodes them as a file: afresh, and with what was learnt of it. */
function outcomeOf(path: string, bytes: Buffer, index: number): string {
  const limits = { time: TIME, pixels: 2 ** 22 };
  const size = { width: 32, height: 24 };
  try {
    probeVideoSync(bytes, { countFrames: index % 3 === 0, limits });
    writeFileSync(path, bytes);
    utimesSync(path, 0, 0);
    const indices = [index, 0, base.frameCount - 1];
    const options = { indices, size, motion: true, clampToEnd: true, limits };
    const { clip, learnt } = decodeClipSync(path, options);
    if (learnt && !isDeepStrictEqual(decodeClipSync(path, options, learnt).clip, clip))
      return 'fault: another clip from the same file';
    if (contradictsTimeline(path, clip.times.at(-1)!, limits)) return 'fault: a count or a time of its own';
    return clip.frames.length === 3 * 32 * 24 * 3 && clip.motion!.known.length === 3 * 6 * 8
      ? 'frames'
      : 'fault: a clip of the wrong size';
  } catch (error) {
    return error instanceof VideoError ? error.code : `fault: ${error}`;
  }
}

/**
 * True unless the count and the times of a timeline hold: its last frame has its time, no frame comes behind it, and the
 * last time that a clip gave is one of its times. A file whose timeline cannot be read contradicts nothing.
 */
function contradictsTimeline(path: string, given: number, limits: Partial<VideoLimits>): boolean {
  const options = { size: { width: 8, height: 6 }, limits };
  const codeOf = (read: () => number): number | string => {
    try {
      return read();
    } catch (error) {
      if (error instanceof VideoError) return error.code;
      throw error;
    }
  };
  let times: Float64Array = new Float64Array();
  const count = codeOf(() => {
    times = readTimelineSync(path, { limits }).timeline.times;
    return times.length;
  });
  if (typeof count === 'string') return false;
  const frame = (index: number) =>
    codeOf(() => decodeClipSync(path, { ...options, indices: [index] }).clip.times[0]!);
  const [last, behind] = [frame(count - 1), frame(count)];
  const holds = last === times.at(-1) || last === 'VIDEO_DECODE_FAILED';
  return !holds || typeof behind === 'number' || !times.includes(given);
}
