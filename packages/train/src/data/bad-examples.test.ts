import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseIndices, seededRandom } from '@tgm/masking';
import { VideoError } from '@tgm/video-io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReplacedSample } from '../trainer/batches.js';
import { shuffled } from './shuffled.js';
import { batchesOf, drawnOf, linesOf, type SlowSourceParts, slowSource } from './slow-source.test-support.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-bad-'));
});
afterAll(() => rm(folder, { recursive: true }));

const times = (count: number, each: number): number[] => Array.from({ length: count }, () => each);
const replace = { kind: 'replace', limit: 3 } as const;
const damaged = (...bad: number[]): SlowSourceParts => ({ length: 8, isBad: (index) => bad.includes(index) });

describe('a sample that cannot be read', () => {
  it('ends the stream by default, with an error that names it and its reason', async () => {
    const stream = await shuffled(slowSource(damaged(5))).open({ seed: 1 });
    const error = await stream.next(8).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'EXAMPLE_FAILED',
      where: 'Sample "s5"',
      cause: { message: 's5 is damaged' },
    });
    await expect(stream.next(1)).rejects.toBe(error);
    await stream.close();
  });

  it('leaves its place to one that the place draws, and nothing shifts', async () => {
    const whole = await drawnOf(shuffled(slowSource({ length: 8 })), { seed: 1 }, [32]);
    const source = slowSource(damaged(2, 5));
    const told: ReplacedSample[] = [];
    const examples = shuffled(source, { badSamples: { ...replace, log: (each) => told.push(each) } });
    const batches = await batchesOf(examples, { seed: 1 }, times(8, 4));
    const lines = batches.flatMap(linesOf);
    whole.forEach((line, place) => {
      if (!/^s[25] /.test(line)) {
        expect(lines[place]).toBe(line);
        return;
      }
      const [epoch, within] = [Math.floor(place / 8), place % 8];
      let index = -1;
      for (let attempt = 1; index < 0 || index === 2 || index === 5; attempt++)
        index = Math.floor(seededRandom(1, 'substitute', epoch, within, attempt)() * 8);
      const random = seededRandom(1, 'load', epoch, within);
      random();
      const pixels = [index, 0, Math.floor(random() * 256), Math.floor(random() * 256)];
      expect(lines[place]).toBe(
        `s${index} ${pixels.join()} ${seededRandom(1, 'mask', epoch, within, 0, 'a')()}`,
      );
    });
    // Told once, in the turn of the place where it is met first.
    const order = [...chooseIndices(8, 8, seededRandom(1, 'order', 0))];
    batches.forEach(({ replaced }, batch) => {
      for (const { id, by } of replaced) {
        const place = lines.findIndex((line, at) => at >= batch * 4 && line.startsWith(`s${by} `));
        expect(Math.floor(place / 4)).toBe(batch);
        expect(['s2', 's5']).toContain(id);
      }
    });
    expect(batches.flatMap(({ replaced }) => replaced)).toEqual(told);
    expect(told).toHaveLength(2);
    const first = told.find(({ id }) => id === `s${order.find((index) => index === 2 || index === 5)}`)!;
    expect(first).toMatchObject({
      code: 'VIDEO_DECODE_FAILED',
      source: expect.stringMatching(/^[25]\.mp4$/),
    });
  });

  it('changes nothing with what is in hand, with timing, with ranks, and with the place of a resume', async () => {
    const parts = { ...damaged(0, 3, 6), perSample: 3 };
    const examples = (timing: number, prefetch: number) =>
      shuffled(slowSource({ ...parts, timing }), { prefetch, badSamples: replace });
    const whole = await drawnOf(examples(0, 1), { seed: 9 }, [72]);
    for (const [timing, prefetch] of [2, 7, 40].entries())
      expect(await drawnOf(examples(timing, prefetch), { seed: 9 }, times(18, 4))).toEqual(whole);
    const shares = await Promise.all(
      [0, 1].map(async (rank) =>
        (await batchesOf(examples(rank, 5), { seed: 9, rank, ranks: 2 }, times(9, 4))).map(linesOf),
      ),
    );
    expect(Array.from({ length: 9 }, (_, at) => [shares[0]![at]!, shares[1]![at]!]).flat(2)).toEqual(whole);
    const stream = await examples(5, 3).open({ seed: 9 });
    for (let given = 1; given <= 40; given++) {
      const { after } = await stream.next(1);
      const source = slowSource({ ...parts, timing: given });
      const resumed = shuffled(source, { prefetch: 1 + (given % 6), badSamples: replace });
      const lines = await drawnOf(resumed, { seed: 9, after: JSON.parse(JSON.stringify(after)) }, [9, 8]);
      expect(lines).toEqual(whole.slice(given, given + 17));
      for (const id of (after as { bad: string[] }).bad)
        expect(source.seen.tried).not.toContain(Number(id.slice(1)));
    }
    await stream.close();
  });

  it('is replaced too where it had been loaded before it was found bad', async () => {
    // Bad by its draws: at some places it loads. From the first place on where it does not, it is out.
    const parts: SlowSourceParts = { length: 4, isBad: (index, drawn) => index === 1 && drawn < 0.4 };
    const policy = { badSamples: replace };
    let later = 0;
    for (let seed = 0; seed < 12; seed++) {
      const one = await batchesOf(
        shuffled(slowSource(parts), { ...policy, prefetch: 1 }),
        { seed },
        times(24, 1),
      );
      const lines = one.flatMap(linesOf);
      for (const prefetch of [3, 24]) {
        const source = slowSource({ ...parts, timing: seed });
        const many = await batchesOf(shuffled(source, { ...policy, prefetch }), { seed }, times(24, 1));
        expect(many.flatMap(linesOf)).toEqual(lines);
        expect(many.map(({ after, replaced }) => ({ after, replaced }))).toEqual(
          one.map(({ after, replaced }) => ({ after, replaced })),
        );
      }
      const found = one.findIndex(({ replaced }) => replaced.length > 0);
      if (found < 0) continue;
      expect(lines.slice(found).filter((line) => line.startsWith('s1 '))).toEqual([]);
      later += lines.slice(0, found).some((line) => line.startsWith('s1 ')) ? 1 : 0;
    }
    expect(later).toBeGreaterThan(0);
  });

  it('ends the stream when there are more different ones than the limit', async () => {
    const two = shuffled(slowSource(damaged(2, 5)), { badSamples: { kind: 'replace', limit: 2 } });
    expect(await drawnOf(two, { seed: 1 }, [40])).toHaveLength(40);
    const one = shuffled(slowSource(damaged(2, 5)), { badSamples: { kind: 'replace', limit: 1 } });
    await expect(batchesOf(one, { seed: 1 }, [8])).rejects.toMatchObject({
      code: 'TOO_MANY_BAD_SAMPLES',
      where: expect.stringMatching(/s[25]/),
      cause: { fault: 'file' },
    });
  });

  it('ends the stream when no sample is left, however high the limit', async () => {
    const source = slowSource({ length: 4, isBad: () => true });
    const examples = shuffled(source, { badSamples: { kind: 'replace', limit: 100 } });
    await expect(batchesOf(examples, { seed: 1 }, [1])).rejects.toMatchObject({ code: 'NO_EXAMPLES' });
    const after = { example: 0, bad: ['s0', 's1', 's2', 's3'] };
    await expect(batchesOf(examples, { seed: 1, after }, [1])).rejects.toMatchObject({ code: 'NO_EXAMPLES' });
  });

  it('does not go through the whole data set when a drive is away', async () => {
    const source = slowSource({ length: 1000, isBad: () => true });
    const examples = shuffled(source, { prefetch: 4, badSamples: { kind: 'replace', limit: 5 } });
    await expect(batchesOf(examples, { seed: 1 }, [1])).rejects.toMatchObject({
      code: 'TOO_MANY_BAD_SAMPLES',
    });
    expect(source.seen.begun).toBeLessThanOrEqual(4 * 6);
  });

  it('is listed in the quarantine file, and those that are in it at the start are not tried', async () => {
    const quarantine = join(folder, 'quarantine.jsonl');
    await writeFile(quarantine, '{"id":"s7","source":"7.mp4","code":"VIDEO_NOT_FOUND","message":"none"}\n');
    const run = async () => {
      const source = slowSource({ ...damaged(2, 7) });
      const examples = shuffled(source, { badSamples: { ...replace, quarantine } });
      const batches = await batchesOf(examples, { seed: 1 }, [10, 10]);
      return { tried: source.seen.tried, batches };
    };
    const first = await run();
    expect(first.tried).not.toContain(7);
    expect(first.batches.flatMap(({ replaced }) => replaced.map(({ id }) => id))).toEqual(['s2']);
    const rows = (await readFile(quarantine, 'utf8')).trim().split('\n');
    expect(rows.map((row) => JSON.parse(row))).toEqual([
      expect.objectContaining({ id: 's7' }),
      { id: 's2', source: '2.mp4', code: 'VIDEO_DECODE_FAILED', message: 's2 is damaged' },
    ]);
    const second = await run();
    expect(second.tried).not.toContain(2);
    expect(second.batches.flatMap(linesOf)).toEqual(first.batches.flatMap(linesOf));
    await expect(
      shuffled(slowSource({ length: 2 }), {
        badSamples: { ...replace, quarantine: join(folder, 'none', 'q.jsonl') },
      }).open({ seed: 1 }),
    ).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
  });
});

describe("what is not the sample's fault", () => {
  it('ends the stream under any policy, and nobody hears of an unhandled rejection', async () => {
    const unheard: unknown[] = [];
    const listen = (reason: unknown) => unheard.push(reason);
    process.on('unhandledRejection', listen);
    const full = new VideoError('SYSTEM_FAILED', { expected: 'a file', received: 'EMFILE' });
    const source = slowSource({ length: 8, failure: (index) => (index === 3 ? full : undefined) });
    const stream = await shuffled(source, { badSamples: replace }).open({ seed: 1 });
    const order = [...chooseIndices(8, 8, seededRandom(1, 'order', 0))];
    const given: string[] = [];
    const run = async () => {
      for (;;) given.push(...linesOf(await stream.next(1)));
    };
    await expect(run()).rejects.toMatchObject({ code: 'EXAMPLE_FAILED', where: 'Sample "s3"', cause: full });
    expect(given).toHaveLength(order.indexOf(3));
    await stream.close();
    process.off('unhandledRejection', listen);
    expect(unheard).toEqual([]);
  });

  it('is told by the number of the sample where its id cannot be had', async () => {
    const gone = new Error('the list of samples is gone');
    const source = { ...slowSource({ length: 1, failure: () => gone }), id: () => Promise.reject(gone) };
    await expect(batchesOf(shuffled(source), { seed: 1 }, [1])).rejects.toMatchObject({
      code: 'EXAMPLE_FAILED',
      where: 'Sample "number 0"',
      cause: gone,
    });
  });
});
