import { setTimeout as delay } from 'node:timers/promises';
import { chooseIndices, seededRandom } from '@tgm/masking';
import type { Json } from '@tgm/options';
import { describe, expect, it } from 'vitest';
import { shuffled } from './shuffled.js';
import { batchesOf, drawnOf, linesOf, slowSource } from './slow-source.test-support.js';

const times = (count: number, each: number): number[] => Array.from({ length: count }, () => each);
const indexOf = (line: string): number => Number(line.match(/^s(\d+)/)![1]);

describe('shuffled', () => {
  it('takes every sample once an epoch, in the order that the seed gives, across the ends of epochs', async () => {
    const lines = await drawnOf(shuffled(slowSource({ length: 7 })), { seed: 3 }, [5, 5, 4]);
    const order = [0, 1].flatMap((epoch) => [...chooseIndices(7, 7, seededRandom(3, 'order', epoch))]);
    expect(lines.map(indexOf)).toEqual(order);
  });

  it('draws by the place alone', async () => {
    const lines = await drawnOf(shuffled(slowSource({ length: 4, perSample: 2 })), { seed: 'a' }, [14]);
    // Example 13 is the second one of the sample at place 2 of epoch 1.
    const load = seededRandom('a', 'load', 1, 2);
    load();
    const index = chooseIndices(4, 4, seededRandom('a', 'order', 1))[2]!;
    const [first, second] = [
      [load(), load()],
      [load(), load()],
    ];
    expect(first).toHaveLength(2);
    const pixels = [index, 1, ...second.map((value) => Math.floor(value * 256))];
    expect(lines[13]).toBe(`s${index} ${pixels.join()} ${seededRandom('a', 'mask', 1, 2, 1, 'a')()}`);
  });

  it('tells how often the source was gone through before, whatever the batches, the ranks and the place of a resume', async () => {
    // 3 samples of 2 examples: example n of the global order is n / 6 epochs behind the beginning.
    const examples = shuffled(slowSource({ length: 3, perSample: 2 }));
    const epochsOf = async (...given: Parameters<typeof batchesOf>) =>
      (await batchesOf(...given)).flatMap((batch) => batch.examples.map(({ epoch }) => epoch));
    const all = Array.from({ length: 16 }, (_, n) => n / 6);
    expect(await epochsOf(examples, { seed: 1 }, [5, 7, 4])).toEqual(all);
    const second = await epochsOf(examples, { seed: 1, rank: 1, ranks: 2 }, [4, 4]);
    expect(second).toEqual([4, 5, 6, 7, 12, 13, 14, 15].map((n) => n / 6));
    const [, { after }] = (await batchesOf(examples, { seed: 1 }, [5, 7])) as [unknown, { after: Json }];
    expect(await epochsOf(examples, { seed: 1, after }, [4])).toEqual(all.slice(12));
  });

  it('gives the same whatever is in hand, in whichever order it gets ready', async () => {
    for (const perSample of [1, 3]) {
      const runs = await Promise.all(
        [1, 2, 5, 40, undefined].map((prefetch, timing) => {
          const source = slowSource({ length: 9, perSample, timing });
          const options = prefetch === undefined ? {} : { prefetch };
          return drawnOf(shuffled(source, options), { seed: 1 }, [4, 7, 1, 30]);
        }),
      );
      for (const lines of runs) expect(lines).toEqual(runs[0]);
      expect(new Set(runs[0]).size).toBe(42);
    }
  });

  it('gives ranks consecutive slices of what one process gets, for any number of them', async () => {
    for (const perSample of [1, 3]) {
      const alone = await drawnOf(shuffled(slowSource({ length: 5, perSample })), { seed: 2 }, times(8, 6));
      for (const ranks of [2, 3, 6]) {
        const count = 6 / ranks;
        const shares = await Promise.all(
          Array.from({ length: ranks }, async (_, rank) => {
            const source = slowSource({ length: 5, perSample, timing: rank });
            const batches = await batchesOf(shuffled(source), { seed: 2, rank, ranks }, times(8, count));
            return batches.map(linesOf);
          }),
        );
        const joined = Array.from({ length: 8 }, (_, batch) => shares.flatMap((share) => share[batch]!));
        expect(joined.flat()).toEqual(alone);
      }
    }
  });

  it('goes on from any place, with any count and any number of ranks', async () => {
    let timing = 0;
    const examples = () => shuffled(slowSource({ length: 5, perSample: 3, timing: timing++ }));
    const whole = await drawnOf(examples(), { seed: 4 }, [40]);
    const stream = await examples().open({ seed: 4 });
    for (let given = 1; given <= 20; given++) {
      const { after } = await stream.next(1);
      const saved = JSON.parse(JSON.stringify(after));
      expect(await drawnOf(examples(), { seed: 4, after: saved }, [5, 7])).toEqual(
        whole.slice(given, given + 12),
      );
      const share = await drawnOf(examples(), { seed: 4, after: saved, rank: 1, ranks: 2 }, [3, 3]);
      expect(share).toEqual([...whole.slice(given + 3, given + 6), ...whole.slice(given + 9, given + 12)]);
    }
    await stream.close();
  });

  it('takes turns of another length when a rank asks for them', async () => {
    const whole = await drawnOf(shuffled(slowSource({ length: 11 })), { seed: 4 }, [40]);
    for (const prefetch of [1, 2, 9]) {
      const examples = shuffled(slowSource({ length: 11 }), { prefetch });
      const share = await drawnOf(examples, { seed: 4, rank: 1, ranks: 2 }, [3, 5]);
      expect(share).toEqual([...whole.slice(3, 6), ...whole.slice(11, 16)]);
    }
  });

  it('has no more in hand than it may, and loads while nobody asks', async () => {
    const source = slowSource({ length: 50 });
    const stream = await shuffled(source, { prefetch: 6 }).open({ seed: 0 });
    for (let batch = 1; batch <= 10; batch++) {
      await stream.next(3);
      await delay(8);
      expect(source.seen.begun).toBe(3 * batch + 6);
      expect(source.seen.now).toBe(0);
    }
    expect(source.seen.most).toBeLessThanOrEqual(6);
    await stream.close();
  });

  it('has a batch on its way by default, and two for each of the parallel loads', async () => {
    const begunBehind = async (parallel: number, perSample: number, count: number) => {
      const source = { ...slowSource({ length: 500, perSample }), parallel };
      const stream = await shuffled(source).open({ seed: 0 });
      await stream.next(count);
      const begun = source.seen.begun - count / perSample;
      await stream.close();
      return begun;
    };
    expect(await begunBehind(1, 1, 1)).toBe(4);
    expect(await begunBehind(8, 1, 2)).toBe(16);
    expect(await begunBehind(2, 1, 32)).toBe(32);
    expect(await begunBehind(2, 2, 32)).toBe(16);
  });

  it('answers calls that do not wait for each other in their order', async () => {
    const stream = await shuffled(slowSource({ length: 9 })).open({ seed: 5 });
    const batches = await Promise.all([stream.next(2), stream.next(3), stream.next(1)]);
    await stream.close();
    expect(batches.flatMap(linesOf)).toEqual(
      await drawnOf(shuffled(slowSource({ length: 9 })), { seed: 5 }, [6]),
    );
  });

  it('waits for its loads when it is closed, and gives nothing more', async () => {
    const source = slowSource({ length: 9 });
    const stream = await shuffled(source).open({ seed: 5 });
    await stream.next(1);
    const pending = stream.next(9);
    const refused = expect(pending).rejects.toMatchObject({ code: 'STREAM_CLOSED' });
    await stream.close();
    await refused;
    const { begun } = source.seen;
    expect(source.seen.now).toBe(0);
    await expect(stream.next(1)).rejects.toMatchObject({ code: 'STREAM_CLOSED' });
    await stream.close();
    expect(source.seen.begun).toBe(begun);
  });

  it('describes what is given, not how it is loaded', async () => {
    const described = (options: object) => shuffled(slowSource({ length: 9 }), options).describe();
    expect(await described({})).toEqual({
      is: 'shuffled',
      source: { is: 'slow', length: 9, perSample: 1 },
    });
    expect(await described({ prefetch: 3, badSamples: { kind: 'replace', limit: 2 } })).toEqual(
      await described({}),
    );
  });

  it('refuses what is no source, no option and no place', async () => {
    const code = expect.objectContaining({ code: 'OPTION_INVALID' });
    expect(() => shuffled({ length: 3 } as never)).toThrow(code);
    expect(() => shuffled({ ...slowSource({ length: 3 }), length: 0.5 })).toThrow(code);
    expect(() => shuffled({ ...slowSource({ length: 3 }), length: 0 })).toThrow(
      expect.objectContaining({ code: 'NO_EXAMPLES' }),
    );
    expect(() => shuffled(slowSource({ length: 3 }), { prefetch: 0 })).toThrow(code);
    expect(() => shuffled(slowSource({ length: 3 }), { shuffle: false } as never)).toThrow(code);
    expect(() => shuffled(slowSource({ length: 3 }), { badSamples: { kind: 'skip' } as never })).toThrow(
      code,
    );
    const open = (options: object) => shuffled(slowSource({ length: 3 })).open({ seed: 1, ...options });
    for (const options of [
      { rank: 2, ranks: 2 },
      { rank: -1 },
      { ranks: 0 },
      { seed: null },
      { after: {} },
      { after: { example: -1, bad: [] } },
      { after: { example: 1, bad: [2] } },
      { place: 3 },
    ])
      await expect(open(options)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    const stream = await open({});
    for (const count of [0, 1.5, '1' as never])
      await expect(stream.next(count)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    expect((await stream.next(1)).examples).toHaveLength(1);
    await stream.close();
  });

  it('refuses a source that gives another number of examples than it says', async () => {
    const source = { ...slowSource({ length: 3 }), perSample: 2 };
    await expect(batchesOf(shuffled(source), { seed: 1 }, [1])).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      expected: expect.stringContaining('2'),
      received: 'a list of 1',
    });
  });

  it('refuses examples without an id, which would all be of one sample', async () => {
    const own = slowSource({ length: 3 });
    const source = {
      ...own,
      load: async (...given: Parameters<typeof own.load>) =>
        (await own.load(...given)).map((example) => ({ ...example, id: undefined as never })),
    };
    await expect(batchesOf(shuffled(source), { seed: 1 }, [1])).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: expect.stringMatching(/^Sample "s\d"$/),
      expected: 'examples with an id, the name of the sample',
    });
  });
});
