import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeClip, probeVideo, readTimeline } from '../index.js';
import { NUMBERED, numberedVideo, numbersOf } from '../testing/numbered-frames.js';
import { type TestVideo, writeTestVideo } from '../testing/write-video.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tgm-timeline-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, video: TestVideo): string => {
  const path = join(folder, name);
  writeTestVideo(path, video);
  return path;
};
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const sound = { from: 0, to: 1200 };
/** Container stamps begin late; the picture's share of it stays where sound begins before. */
const late = numberedVideo({ bFrames: 2, time: (i) => 2000 + i * 40 });
const plain = numberedVideo();
const unshifted = { options: { avoid_negative_ts: 'disabled' } };
const mpeg4 = numberedVideo({ encoder: 'mpeg4', bFrames: 2 });
const mpeg2 = numberedVideo({ encoder: 'mpeg2video', bFrames: 2, tick: [1, 25] });

describe('the clock of a video', () => {
  it.each<[name: string, start: number, video: TestVideo]>([
    ['alone.ts', 0, late],
    ['alone.mp4', 0, late],
    ['alone.mkv', 0, late],
    ['alone.flv', 0, late],
    ['with-sound.mp4', 2, { ...late, sound }],
    ['with-sound.mov', 2, { ...late, sound }],
    ['with-sound.mkv', 2, { ...late, sound }],
    ['with-sound.ts', 2, { ...late, sound }],
    ['with-sound.mpg', 2, { ...mpeg2, time: (i) => 2000 + i * 40, sound }],
    ['run-in.mkv', 0, { ...plain, sound: { from: -24, to: 1200 }, container: unshifted }],
    ['negative.mkv', 0, { ...plain, time: (i) => i * 40 - 480, container: unshifted }],
    ['sound-later.mkv', 0, { ...late, sound: { from: 3000, to: 4000 } }],
    ['fragments.mp4', 0, { ...late, container: { options: { movflags: 'frag_keyframe+empty_moov' } } }],
    ['program.mpg', 0, { ...mpeg2, time: (i) => 2000 + i * 40 }],
    ['phone.3gp', 0, mpeg4],
    ['broadcast.mts', 0, { ...late, container: { name: 'mpegts' } }],
    ['theora.ogv', 0, numberedVideo({ encoder: 'libtheora', tick: [1, 25] })],
    ['windows.wmv', 0, numberedVideo({ encoder: 'wmv2' })],
    ['bare.h264', 0, numberedVideo({ bFrames: 2 })],
    ['bare.m4v', 0, { ...mpeg4, tick: [1, 25], container: { name: 'm4v' } }],
    ['bare.m2v', 0, mpeg2],
    ['bare.ivf', 0, numberedVideo({ encoder: 'libvpx-vp9' })],
    ['bare.obu', 0, numberedVideo({ encoder: 'libsvtav1', options: { preset: '12' } })],
    ['moving.gif', 0, numberedVideo({ encoder: 'gif', pixels: 'gray' })],
  ])('%s begins at %f s', async (name, start, video) => {
    const path = write(name, video);
    const { info, times, end } = await readTimeline(path);
    expect(info).toMatchObject({ frameCount: 30, framesExact: true });
    expect(info.start).toBeCloseTo(start, 2);
    expect(times).toHaveLength(30);
    times.forEach((time, frame) => {
      expect(time).toBeCloseTo(start + frame * 0.04, 2);
    });
    expect(end).toBeCloseTo(start + 1.2, 2);
    expect(info.duration).toBeCloseTo(1.2, 2);
    expect(info.fps).toBeCloseTo(25, 1);
    expect((await probeVideo(path)).start).toBeCloseTo(start, 1);

    const clip = await decodeClip(path, { indices: upTo(30), size: NUMBERED });
    expect(numbersOf(clip)).toEqual(upTo(30));
    expect(clip.times).toEqual(times);
    // Every time that is given is taken back.
    const again = await decodeClip(path, { times: [...times], size: NUMBERED });
    expect([...again.indices]).toEqual(upTo(30));
  });

  it.each<[name: string, rate: number]>([
    ['fifty.m2v', 50],
    ['slow.m4v', 10],
  ])('of %s, which has no stamps, is that of its stream: %i frames a second', async (name, rate) => {
    const time = (i: number) => (i * 1000) / rate;
    const video = name.endsWith('.m2v') ? mpeg2 : { ...mpeg4, container: { name: 'm4v' } };
    const { times } = await readTimeline(write(name, { ...video, tick: [1, rate], time }));
    times.forEach((seconds, frame) => {
      expect(seconds).toBeCloseTo(frame / rate, 6);
    });
    expect(times).toHaveLength(30);
  });

  it('takes the first frame for times before it, also below 0', async () => {
    const path = write('early.mp4', { ...late, sound });
    const clip = await decodeClip(path, { times: [-3, 0, 1.99, 2.05], size: NUMBERED });
    expect(numbersOf(clip)).toEqual([0, 0, 0, 1]);
  });
});

describe('frames whose stamps say little', () => {
  it.each<[name: string, video: TestVideo]>([
    // The container has only times of decoding.
    ['b-frames.avi', numberedVideo({ bFrames: 2, tick: [1, 25] })],
    ['sparse.avi', numberedVideo({ bFrames: 2 })],
    ['mpeg4.avi', { ...mpeg4, tick: [1, 25] }],
    ['mpeg2.avi', mpeg2],
    ['program.mpg', mpeg2],
  ])('%s: rise to the last one, and are found by their times', async (name, video) => {
    const path = write(name, video);
    const { times } = await readTimeline(path);
    expect(times).toHaveLength(30);
    for (let frame = 1; frame < 30; frame++) {
      expect(times[frame]! - times[frame - 1]!).toBeCloseTo(0.04, 2);
    }
    const clip = await decodeClip(path, { times: [...times], size: NUMBERED });
    expect(numbersOf(clip)).toEqual(upTo(30));
  });
});

describe('the number of frames', () => {
  it('is counted where the header says none', async () => {
    const path = write(
      'live.webm',
      numberedVideo({ encoder: 'libvpx', container: { options: { live: '1' } } }),
    );
    expect(await probeVideo(path)).toMatchObject({ frameCount: 0, framesExact: false, duration: 0 });
    expect(await probeVideo(path, { countFrames: true })).toMatchObject({ frameCount: 30, fps: 25 });
  });

  it('is that of the pictures, however long the sound', async () => {
    const path = write('long-sound.mkv', { ...late, time: (i) => i * 40, sound: { from: 0, to: 6000 } });
    const { info, end } = await readTimeline(path);
    expect(info.frameCount).toBe(30);
    expect(end).toBeCloseTo(1.2, 2);
  });
});
