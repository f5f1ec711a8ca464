import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '@tgm/random';
import {
  type ClipLoaderOptions,
  clipLoader,
  datasetOf,
  type LoadedSample,
  pretrainingRecipe,
  VideoError,
  type VideoInfo,
  type VideoPool,
} from '../index.js';

export const info: VideoInfo = {
  width: 340,
  height: 256,
  frameCount: 100,
  framesExact: true,
  start: 0,
  duration: 4,
  fps: 25,
  codec: 'h264',
  rotation: 0,
  mirrored: false,
  hasMotionVectors: true,
};
export const size = { width: 4, height: 4 };

export interface FakePool extends VideoPool {
  /** Samples whose timeline was read and that were not decoded yet, now and at most. */
  readonly open: { now: number; most: number };
}

/** Decodes nothing: a clip's pixels are its frame numbers. Sources that begin with "bad" fail. Answers come in any order. */
export function fakePool(seed: number): FakePool {
  const random = seededRandom('delays', seed);
  const open = { now: 0, most: 0 };
  return {
    workers: 3,
    open,
    async probe() {
      return info;
    },
    async timeline() {
      open.now += 1;
      open.most = Math.max(open.most, open.now);
      await delay(random() * 3);
      const times = Float64Array.from({ length: info.frameCount }, (_, i) => i / info.fps);
      return { info, times, end: info.duration };
    },
    async decode(input, options) {
      const source = String(input);
      await delay(random() * 3);
      open.now -= 1;
      if (source.startsWith('bad'))
        throw new VideoError('VIDEO_DECODE_FAILED', { source, expected: 'a video', received: 'damage' });
      if (source === 'dead')
        throw new VideoError('WORKER_FAILED', {
          source,
          expected: 'a clip',
          received: 'the end of the thread',
        });
      const indices = Uint32Array.from(options.indices!);
      const pixels = Uint8Array.from(
        { length: indices.length * 48 },
        (_, i) => indices[Math.floor(i / 48)]! + (i % 3),
      );
      return {
        frames: pixels,
        times: Float64Array.from(indices, (index) => index / 25),
        indices,
        geometry: { source: info, crop: options.crop!, size: options.size },
      };
    },
    close: async () => undefined,
  };
}

export const sources = (count: number, bad: readonly number[] = []) =>
  datasetOf(
    'made up',
    Array.from({ length: count }, (_, i) => ({
      id: `s${i}`,
      source: bad.includes(i) ? `bad ${i}` : `good ${i}`,
      captions: [],
    })),
  );

export const recipe = pretrainingRecipe({ frameCount: 4, stride: 4, size, flip: true });
export const base = { recipe, seed: 7, epochs: 2, badSamples: { kind: 'fail' } } as const;

/** What a run gave: everything that chance decides. */
export const traced = ({ sample, epoch, place, clips }: LoadedSample) =>
  [
    `${epoch}/${place} ${sample.id}`,
    ...clips.map(({ indices, geometry: { crop }, flipped, frames }) =>
      JSON.stringify([
        ...indices,
        crop.x,
        crop.y,
        crop.width,
        crop.height,
        flipped,
        ...frames.subarray(0, 48),
      ]),
    ),
  ].join(' ');

export async function run(options: ClipLoaderOptions, stopAfter = Number.POSITIVE_INFINITY) {
  const given: string[] = [];
  const loader = clipLoader(options);
  for await (const sample of loader) {
    given.push(traced(sample));
    if (given.length === stopAfter) break;
  }
  return { given, state: loader.state() };
}
