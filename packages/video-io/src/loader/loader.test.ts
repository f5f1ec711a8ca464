import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '@tgm/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directPool } from '../direct-pool.test-support.js';
import {
  type BadSample,
  type ClipLoaderOptions,
  clipBatches,
  clipLoader,
  datasetOf,
  encodeVideo,
  fineTuningRecipe,
  type LoadedSample,
  type LoaderState,
  pretrainingRecipe,
  testRecipe,
  VideoError,
  type VideoInfo,
  type VideoPool,
} from '../index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-loader-'));
});
afterAll(() => rm(folder, { recursive: true }));

const info: VideoInfo = {
  width: 340,
  height: 256,
  frames: 100,
  framesExact: false,
  duration: 4,
  fps: 25,
  codec: 'h264',
  rotation: 0,
  mirrored: false,
  hasMotionVectors: true,
};
const size = { width: 4, height: 4 };

interface FakePool extends VideoPool {
  /** Samples that were probed and not decoded yet, now and at most. */
  readonly open: { now: number; most: number };
}

/** Decodes nothing: a clip's pixels are its frame numbers. Sources that begin with "bad" fail. Answers come in any order. */
function fakePool(seed: number, frames = info.frames): FakePool {
  const random = seededRandom('delays', seed);
  const open = { now: 0, most: 0 };
  return {
    workers: 3,
    open,
    async probe() {
      open.now += 1;
      open.most = Math.max(open.most, open.now);
      await delay(random() * 3);
      return info;
    },
    async decode(input, options) {
      const source = String(input);
      await delay(random() * 3);
      open.now -= 1;
      if (source.startsWith('bad'))
        throw new VideoError('VIDEO_DECODE_FAILED', `Broken: ${source}.`, { source });
      if (source === 'dead') throw new VideoError('WORKER_FAILED', 'The decode thread ended.', { source });
      const indices = Uint32Array.from(options.indices!);
      if (indices.some((index) => index >= frames)) {
        open.now += 1;
        throw new VideoError('FRAME_OUT_OF_RANGE', 'Too far.', { source, frames });
      }
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

const sources = (count: number, bad: readonly number[] = []) =>
  datasetOf(
    'made up',
    Array.from({ length: count }, (_, i) => ({
      id: `s${i}`,
      source: bad.includes(i) ? `bad ${i}` : `good ${i}`,
      captions: [],
    })),
  );

const recipe = pretrainingRecipe({ frames: 4, stride: 4, size, flip: true });
const base = { recipe, seed: 7, epochs: 2, badSamples: { kind: 'fail' } } as const;

/** What a run gave: everything that chance decides. */
const traced = ({ sample, epoch, place, clips }: LoadedSample) =>
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

async function run(options: ClipLoaderOptions, stopAfter = Number.POSITIVE_INFINITY) {
  const given: string[] = [];
  const loader = clipLoader(options);
  for await (const sample of loader) {
    given.push(traced(sample));
    if (given.length === stopAfter) break;
  }
  return { given, state: loader.state() };
}

describe('clipLoader', () => {
  it('gives the same whatever the timing and the number in hand', async () => {
    const dataset = sources(20);
    const runs = await Promise.all(
      [1, 2, 5, 40].map((prefetch) => run({ ...base, dataset, pool: fakePool(prefetch), prefetch })),
    );
    for (const { given } of runs) expect(given).toEqual(runs[0]!.given);
    const { given } = runs[0]!;
    const ids = given.map((line) => line.split(' ')[1]!);
    expect(new Set(ids.slice(0, 20)).size).toBe(20);
    expect(new Set(ids.slice(20)).size).toBe(20);
    expect(ids.slice(20)).not.toEqual(ids.slice(0, 20));
    expect(new Set(given).size).toBe(40);
    const other = await run({ ...base, dataset, pool: fakePool(1), seed: 8 });
    expect(other.given).not.toEqual(given);
    const plain = await run({ ...base, dataset, pool: fakePool(1), shuffle: false });
    expect(plain.given.map((line) => line.split(' ')[1])).toEqual(
      [...Array(40).keys()].map((i) => `s${i % 20}`),
    );
  });

  it('draws for a sample by its id, wherever it stands', async () => {
    const dataset = sources(6);
    const clipsOf = (given: readonly string[]) =>
      new Map(given.map((line) => [line.split(' ')[1], line.split(' ')[2]]));
    const shuffled = await run({ ...base, epochs: 1, dataset, pool: fakePool(1) });
    const plain = await run({ ...base, epochs: 1, dataset, pool: fakePool(2), shuffle: false });
    expect(clipsOf(plain.given).get('s4')).toBe(clipsOf(shuffled.given).get('s4'));
  });

  it('goes on at the very next sample, from any place', async () => {
    const dataset = sources(7, [2, 5]);
    const options = { ...base, epochs: 3, dataset, badSamples: { kind: 'skip', limit: 2 } } as const;
    const whole = await run({ ...options, pool: fakePool(1) });
    expect(whole.given).toHaveLength(15);
    for (let stop = 1; stop < 15; stop++) {
      const before = await run({ ...options, pool: fakePool(stop) }, stop);
      const state: LoaderState = JSON.parse(JSON.stringify(before.state));
      const behind = await run({ ...options, pool: fakePool(99), state });
      expect([...before.given, ...behind.given]).toEqual(whole.given);
    }
    const end = await run({ ...options, pool: fakePool(1), state: whole.state });
    expect(end.given).toEqual([]);
  });

  it('can be left and taken up again', async () => {
    const loader = clipLoader({ ...base, dataset: sources(5), pool: fakePool(1) });
    const given: string[] = [];
    for await (const sample of loader) if (given.push(traced(sample)) === 3) break;
    for await (const sample of loader) given.push(traced(sample));
    expect(given).toEqual((await run({ ...base, dataset: sources(5), pool: fakePool(2) })).given);
  });

  it('refuses a state of another order', async () => {
    const { state } = await run({ ...base, dataset: sources(5), pool: fakePool(1) }, 2);
    const again = (change: object) => () =>
      clipLoader({ ...base, dataset: sources(5), pool: fakePool(1), state, ...change });
    expect(again({})).not.toThrow();
    const code = expect.objectContaining({ code: 'STATE_MISMATCH' });
    expect(again({ seed: 8 })).toThrow(code);
    expect(again({ dataset: sources(6) })).toThrow(code);
    expect(again({ rank: 1, ranks: 2 })).toThrow(code);
    expect(again({ shuffle: false })).toThrow(code);
  });

  it('shares the data set among ranks', async () => {
    const dataset = sources(11);
    const idsOf = async (options: object) => {
      const { given } = await run({ ...base, epochs: 1, dataset, pool: fakePool(1), ...options });
      return given.map((line) => line.split(' ')[1]!);
    };
    const alone = await idsOf({});
    const shares = await Promise.all([0, 1, 2].map((rank) => idsOf({ rank, ranks: 3 })));
    expect(shares.map((share) => share.length)).toEqual([3, 3, 3]);
    expect(alone.slice(0, 9)).toEqual([0, 1, 2].flatMap((turn) => shares.map((share) => share[turn])));
    const plain = await Promise.all([0, 1, 2].map((rank) => idsOf({ rank, ranks: 3, shuffle: false })));
    expect(plain.map((share) => share.length)).toEqual([4, 4, 3]);
    expect(new Set(plain.flat()).size).toBe(11);
    expect(() => clipLoader({ ...base, dataset, pool: fakePool(1), rank: 3, ranks: 3 })).toThrow(/rank/);
    expect(() => clipLoader({ ...base, dataset, pool: fakePool(1), ranks: 12 })).toThrow(/one sample a rank/);
  });

  it('has no more in hand than it may, however slow the caller', async () => {
    const pool = fakePool(1);
    let given = 0;
    for await (const _ of clipLoader({ ...base, epochs: 1, dataset: sources(20), pool, prefetch: 5 })) {
      given += 1;
      await delay(1);
    }
    expect(given).toBe(20);
    expect(pool.open.most).toBeGreaterThan(2);
    expect(pool.open.most).toBeLessThanOrEqual(5);
  });

  it('tells how long it kept its caller waiting', async () => {
    const slow: VideoPool = { ...fakePool(1), probe: () => delay(30, info) };
    const waits: number[] = [];
    for await (const { waitSeconds } of clipLoader({ ...base, epochs: 1, dataset: sources(3), pool: slow })) {
      waits.push(waitSeconds);
      await delay(60);
    }
    expect(waits[0]).toBeGreaterThan(0.025);
    expect(waits[2]).toBeLessThan(0.025);
  });

  it('draws again when there are fewer frames than the header says', async () => {
    const { given } = await run({ ...base, dataset: sources(20), pool: fakePool(1, 30) });
    expect(given).toHaveLength(40);
    const { given: same } = await run({ ...base, dataset: sources(20), pool: fakePool(2, 30), prefetch: 1 });
    expect(same).toEqual(given);
  });

  it('reads the header of each video once', async () => {
    const pool = fakePool(1);
    const probed: string[] = [];
    const counting: VideoPool = {
      ...pool,
      probe: (source) => {
        probed.push(String(source));
        return pool.probe(source);
      },
    };
    await run({ ...base, epochs: 5, dataset: sources(4), pool: counting, prefetch: 1 });
    expect(probed.sort()).toEqual(['good 0', 'good 1', 'good 2', 'good 3']);
  });

  it('stops on a signal', async () => {
    const controller = new AbortController();
    const given: string[] = [];
    const pool = fakePool(1);
    for await (const sample of clipLoader({
      ...base,
      dataset: sources(9),
      pool,
      signal: controller.signal,
    })) {
      if (given.push(traced(sample)) === 2) controller.abort();
    }
    expect(given).toHaveLength(2);
    expect(pool.open.now).toBe(0);
  });
});

describe('bad samples', () => {
  const dataset = sources(8, [1, 6]);

  it('are left out without moving the others, listed, and not tried again', async () => {
    const quarantine = join(folder, 'quarantine.jsonl');
    const heard: BadSample[] = [];
    const policy = {
      kind: 'skip',
      limit: 2,
      quarantine,
      log: (bad: BadSample) => void heard.push(bad),
    } as const;
    const good = await run({ ...base, dataset: sources(8), pool: fakePool(1) });
    const { given, state } = await run({ ...base, dataset, pool: fakePool(2), badSamples: policy });
    const left = (line: string) => !/ s[16] /.test(line);
    expect(given).toEqual(good.given.filter(left));
    expect(heard.map(({ id, code }) => [id, code]).sort()).toEqual([
      ['s1', 'VIDEO_DECODE_FAILED'],
      ['s6', 'VIDEO_DECODE_FAILED'],
    ]);
    expect([...state.bad].sort()).toEqual(['s1', 's6']);
    const lines = (await readFile(quarantine, 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(heard);

    // Videos that were bad once stay out, though they could be read now: the run is the same.
    const again = await run({ ...base, dataset: sources(8), pool: fakePool(3), badSamples: policy });
    expect(again.given).toEqual(given);
    expect(heard).toHaveLength(2);
  });

  it('end the run past the limit', async () => {
    const reading = run({ ...base, dataset, pool: fakePool(1), badSamples: { kind: 'skip', limit: 1 } });
    await expect(reading).rejects.toMatchObject({ code: 'TOO_MANY_BAD_SAMPLES' });
  });

  it('fail where they stand when they must, with the state before them', async () => {
    const loader = clipLoader({ ...base, dataset, pool: fakePool(1), shuffle: false });
    const ids: string[] = [];
    const reading = (async () => {
      for await (const { sample } of loader) ids.push(sample.id);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'VIDEO_DECODE_FAILED', source: 'bad 1' });
    expect(ids).toEqual(['s0']);
    expect(loader.state()).toMatchObject({ epoch: 0, place: 1 });
  });

  it('are not made of a dead thread, or of a list that is none', async () => {
    const policy = { kind: 'skip', limit: 9 } as const;
    const dead = datasetOf('dead', [{ id: 'd', source: 'dead', captions: [] }]);
    const reading = run({ ...base, dataset: dead, pool: fakePool(1), badSamples: policy });
    await expect(reading).rejects.toMatchObject({ code: 'WORKER_FAILED' });
    const quarantine = join(folder, 'no list.jsonl');
    await writeFile(quarantine, '{"id":"a"}\n{"name":"b"}\n');
    const options = { ...base, dataset, pool: fakePool(1), badSamples: { ...policy, quarantine } };
    await expect(run(options)).rejects.toMatchObject({ code: 'MANIFEST_INVALID', line: 2 });
  });
});

describe('recipes', () => {
  const range = { first: 10, count: 60 };
  it('keep to the part of the video that a sample is about', async () => {
    const section = datasetOf('sections', [{ id: 'a', source: 'good', captions: [], start: 1, end: 2 }]);
    for await (const { clips } of clipLoader({ ...base, epochs: 30, dataset: section, pool: fakePool(1) })) {
      for (const index of clips[0]!.indices) {
        expect(index).toBeGreaterThanOrEqual(25);
        expect(index).toBeLessThan(50);
      }
    }
  });

  it('draw several clips of a video, and flip only where asked to', () => {
    const repeated = pretrainingRecipe({ frames: 3, stride: 2, clips: 4 });
    const plans = repeated.plan(info, range, seededRandom(1));
    expect(plans).toHaveLength(repeated.clips);
    expect(new Set(plans.map((plan) => JSON.stringify(plan))).size).toBe(4);
    expect(plans.some(({ flip }) => flip)).toBe(false);
    // Allowing flips changes nothing else.
    const flipping = pretrainingRecipe({ frames: 3, stride: 2, clips: 4, flip: true }).plan(
      info,
      range,
      seededRandom(1),
    );
    expect(flipping.map(({ flip: _, ...rest }) => rest)).toEqual(plans.map(({ flip: _, ...rest }) => rest));
  });

  it('give every view of a test, clip by clip', () => {
    const views = testRecipe({ sampling: { kind: 'dense', stride: 4 }, frames: 2, clips: 2, crops: 3 });
    const plans = views.plan(info, range, () => Number.NaN);
    expect(views.clips).toBe(6);
    expect(plans.map(({ indices, crop }) => [indices, crop.x])).toEqual([
      [[10, 14], 0],
      [[10, 14], 42],
      [[10, 14], 84],
      [[65, 69], 0],
      [[65, 69], 42],
      [[65, 69], 84],
    ]);
    const segments = testRecipe({ sampling: { kind: 'segments' }, frames: 2, clips: 1, crops: 1 });
    expect(segments.plan(info, range, () => Number.NaN)[0]!.indices).toEqual([25, 55]);
  });
});

describe('loading videos', { timeout: 60_000 }, () => {
  it('fills batches with clips of real videos', async () => {
    const [width, height] = [48, 32];
    const samples = await Promise.all(
      [60, 120, 180].map(async (grey, i) => {
        const source = join(folder, `${i}.mp4`);
        await encodeVideo(source, new Uint8Array(20 * height * width * 3).fill(grey), {
          width,
          height,
          fps: 10,
        });
        return { id: `${grey}`, source, captions: [] };
      }),
    );
    const loader = clipLoader({
      dataset: datasetOf('greys', samples),
      pool: directPool(),
      recipe: pretrainingRecipe({ frames: 4, stride: 2, size: { width: 16, height: 16 }, clips: 2 }),
      seed: 1,
      epochs: 3,
      motion: true,
      badSamples: { kind: 'fail' },
    });
    let batches = 0;
    for await (const { frames, count, frameCount, size: shape, samples: of, clips } of clipBatches(loader, {
      samples: 2,
    })) {
      batches += 1;
      expect([count, frameCount, shape.width, frames.length]).toEqual([4, 4, 16, 4 * 4 * 16 * 16 * 3]);
      for (const [b, clip] of clips.entries()) {
        const grey = Number(of[Math.floor(b / 2)]!.sample.id);
        const own = frames.subarray(b * 3072, (b + 1) * 3072);
        expect(own.every((value) => Math.abs(value - grey) < 3)).toBe(true);
        expect(clip.frames).toEqual(own);
        expect(clip.motion!.known).toHaveLength(4 * 4 * 4);
      }
    }
    expect(batches).toBe(4);
    expect(loader.state()).toMatchObject({ epoch: 3, place: 0 });
  });

  it('changes pixels as the fine-tuning recipe says, the same for the same sample and epoch', async () => {
    const source = join(folder, '0.mp4');
    const tuned = () =>
      clipLoader({
        dataset: datasetOf('one', [{ id: 'a', source, captions: [] }]),
        pool: directPool(),
        recipe: fineTuningRecipe({
          sampling: { kind: 'segments' },
          frames: 2,
          size: { width: 16, height: 16 },
          flip: true,
          randAugment: { probability: 1 },
          erasing: { probability: 1 },
        }),
        seed: 1,
        epochs: 4,
        badSamples: { kind: 'fail' },
      });
    const collect = async () => {
      const seen: string[] = [];
      for await (const { clips } of tuned()) seen.push(Buffer.from(clips[0]!.frames).toString('hex'));
      return seen;
    };
    const first = await collect();
    expect(await collect()).toEqual(first);
    expect(new Set(first).size).toBe(4);
  });
});
