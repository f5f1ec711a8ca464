import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom, uniformIndex } from '@tgm/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipLoader, datasetOf, framesOfSection, type UntoldRecipe, type VideoTimeline } from '../index.js';
import { directPool } from '../pool/direct-pool.test-support.js';
import { NUMBERED, numberedVideo, numbersOf } from '../testing/numbered-frames.js';
import { type TestVideo, writeTestVideo } from '../testing/write-video.js';

const timelineOf = (times: readonly number[], end: number): VideoTimeline => ({
  info: { start: times[0]! } as VideoTimeline['info'],
  times: Float64Array.from(times),
  end,
});

describe('framesOfSection', () => {
  it('rounds both ends to whole frames at a constant rate', () => {
    const random = seededRandom('sections');
    for (let i = 0; i < 500; i++) {
      const fps = [10, 25, 30_000 / 1001][uniformIndex(3, random)]!;
      const timeline = timelineOf(
        Array.from({ length: 100 }, (_, frame) => frame / fps),
        100 / fps,
      );
      const start = random() * 2;
      const end = start + 0.2 + random();
      const [from, to] = [start * fps, end * fps];
      // Halves may go either way.
      if ([from, to].some((place) => Math.abs((place % 1) - 0.5) < 1e-9)) continue;
      const first = Math.round(from);
      expect(framesOfSection(timeline, { start, end })).toEqual({ first, count: Math.round(to) - first });
    }
  });

  const slow = timelineOf([2, 3, 4], 5);
  it.each([
    [{}, { first: 0, count: 3 }],
    [{ start: 3 }, { first: 1, count: 2 }],
    [{ end: 4 }, { first: 0, count: 2 }],
    [
      { start: -9, end: 99 },
      { first: 0, count: 3 },
    ],
    // Shorter than a frame: the one on screen.
    [
      { start: 3.1, end: 3.3 },
      { first: 1, count: 1 },
    ],
    [
      { start: 0, end: 2.2 },
      { first: 0, count: 1 },
    ],
    [
      { start: 4.9, end: 9 },
      { first: 2, count: 1 },
    ],
  ])('gives the frames of %o', (section, range) => {
    expect(framesOfSection(slow, section)).toEqual(range);
  });

  it.each([
    { end: 2 },
    { start: 0.4, end: 1.2 },
    { start: 5 },
    { start: 3.5, end: 3.5 },
    { start: 4, end: 3 },
  ])('refuses %o, in which no picture is shown', (section) => {
    expect(() => framesOfSection(slow, section, 'a.mp4')).toThrow(
      expect.objectContaining({ code: 'FRAME_OUT_OF_RANGE', source: 'a.mp4' }),
    );
  });
});

describe('a sample’s section', { timeout: 60_000 }, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tgm-section-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A recipe of all frames of a section. */
  const whole: UntoldRecipe = {
    size: NUMBERED,
    clips: 1,
    plan: ({ width, height }, { first, count }) => [
      {
        indices: Array.from({ length: count }, (_, i) => first + i),
        crop: { x: 0, y: 0, width, height },
        flip: false,
      },
    ],
  };
  const load = async (source: string, section: object) => {
    const dataset = datasetOf('one', [{ id: 'a', source, captions: [], ...section }]);
    const codes: string[] = [];
    const badSamples = {
      kind: 'skip',
      limit: 1,
      log: ({ code }: { code: string }) => codes.push(code),
    } as const;
    for await (const { clips } of clipLoader({
      dataset,
      pool: directPool(),
      recipe: whole,
      seed: 0,
      epochs: 1,
      badSamples,
    }))
      return numbersOf(clips[0]!);
    return codes;
  };
  const between = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const late = numberedVideo({ bFrames: 2, time: (i) => 2000 + i * 40 });
  const sound = { from: 0, to: 3200 };

  it.each<[name: string, video: TestVideo, offset: number]>([
    ['late.mp4', { ...late, sound }, 2],
    ['late.mkv', { ...late, sound }, 2],
    ['late.ts', { ...late, sound }, 2],
    ['alone.ts', late, 0],
    ['alone.mpg', { ...late, encoder: 'mpeg2video', tick: [1, 25] }, 0],
  ])('is counted in %s from where a player begins', async (name, video, offset) => {
    const path = join(folder, name);
    writeTestVideo(path, video);
    expect(await load(path, { start: offset + 0.4, end: offset + 0.8 })).toEqual(between(10, 19));
    expect(await load(path, { start: offset - 1.6, end: offset - 0.8 })).toEqual(['FRAME_OUT_OF_RANGE']);
    expect(await load(path, { start: offset + 1.3 })).toEqual(['FRAME_OUT_OF_RANGE']);
    expect(await load(path, {})).toEqual(between(0, 29));
  });

  it('goes by the frames’ own times where the rate changes', async () => {
    const path = join(folder, 'uneven.mkv');
    writeTestVideo(
      path,
      numberedVideo({ bFrames: 2, time: (i) => (i < 10 ? i * 100 : 1000 + (i - 10) * 20) }),
    );
    expect(await load(path, { start: 0.5, end: 1 })).toEqual(between(5, 9));
    expect(await load(path, { start: 1, end: 1.2 })).toEqual(between(10, 19));
  });
});
