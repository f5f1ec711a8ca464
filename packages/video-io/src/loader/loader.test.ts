import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { clipLoader, type LoaderState, type VideoPool } from '../index.js';
import { base, fakePool, run, sources, traced } from './fake-loading.test-support.js';

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
    for (const other of [{}, { ...state, place: -1 }, { ...state, epoch: undefined }]) {
      expect(again({ state: other })).toThrow(code);
    }
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
    const quick = fakePool(1);
    const slow: VideoPool = { ...quick, timeline: (source) => delay(30).then(() => quick.timeline(source)) };
    const waits: number[] = [];
    for await (const { waitSeconds } of clipLoader({ ...base, epochs: 1, dataset: sources(3), pool: slow })) {
      waits.push(waitSeconds);
      await delay(60);
    }
    expect(waits[0]).toBeGreaterThan(0.025);
    expect(waits[2]).toBeLessThan(0.025);
  });

  it('reads the timeline of each video once', async () => {
    const pool = fakePool(1);
    const asked: string[] = [];
    const counting: VideoPool = {
      ...pool,
      timeline: (source) => {
        asked.push(String(source));
        return pool.timeline(source);
      },
    };
    await run({ ...base, epochs: 5, dataset: sources(4), pool: counting, prefetch: 1 });
    expect(asked.sort()).toEqual(['good 0', 'good 1', 'good 2', 'good 3']);
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
