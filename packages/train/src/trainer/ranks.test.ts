import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { LAUNCHABLE, launch } from '../collective/launch.test-support.js';
import { singleProcess } from '../collective/single-process.js';
import { allTrainings, type Cut, LEARNED, rankTraining, type Trained } from './rank-training.test-support.js';

vi.setConfig({ testTimeout: 300_000 });

const RANK = '../trainer/train-rank.test-support.ts';
const WHOLE: Cut = { batchSize: 8, accumulate: 1 };
const HALVES: Cut = { batchSize: 4, accumulate: 2 };

const alone = () => allTrainings(WHOLE, singleProcess());
let reference: ReturnType<typeof alone> | undefined;

type All = Awaited<ReturnType<typeof alone>>;

const numbersOf = ({ params }: Trained, of: (name: string) => boolean = () => true): number[] =>
  Object.keys(params)
    .sort()
    .filter(of)
    .flatMap((name) => params[name]!);
const norm = (numbers: readonly number[]): number => Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0));
const apart = (one: readonly number[], other: readonly number[]): number =>
  norm(one.map((value, at) => value - other[at]!)) / norm(one);

async function requireEqual(all: All): Promise<void> {
  reference ??= alone();
  const single = await reference;
  for (const learned of LEARNED) {
    const [one, other] = [single[learned]!, all[learned]!];
    const relative = Math.abs(other.first.totals[0]! / one.first.totals[0]! - 1);
    expect(relative, `${learned}, loss of step 1`).toBeLessThan(1e-6);
    const begun = await begin(learned);
    const reached = (name: string) => !isDeepStrictEqual(one.first.params[name], begun.params[name]);
    const gradient = numbersOf(one.first, reached);
    expect(norm(gradient)).toBeGreaterThan(1e-2);
    expect(apart(gradient, numbersOf(other.first, reached)), `${learned}, gradients`).toBeLessThan(1e-5);
    // A parameter without a gradient is left alone by a step of one part, and has one of zero in several.
    const others = numbersOf(other.first, (name) => !reached(name));
    expect(others.every((value) => value === 0)).toBe(true);
    expect(Object.keys(other.first.figures[0]!).sort()).toEqual(Object.keys(one.first.figures[0]!).sort());
    for (const [name, figure] of Object.entries(one.first.figures[0]!))
      expect(other.first.figures[0]![name], name).toBeCloseTo(figure, 5);
    expect(other.ten.totals).toHaveLength(10);
    const start = numbersOf(begun, reached);
    const moved = (trained: Trained) => numbersOf(trained, reached).map((value, at) => value - start[at]!);
    expect(apart(moved(one.ten), moved(other.ten)), `${learned}, ten steps`).toBeLessThan(1e-3);
  }
}

/** The parameters before the first step: of a step whose rate is 0. */
const begin = (learned: (typeof LEARNED)[number]): Promise<Trained> =>
  rankTraining(learned, WHOLE, { steps: 1, schedule: { at: () => 0, describe: () => ({ is: 'none' }) } });

const resultOf = (lines: readonly string[]) =>
  JSON.parse(lines.find((line) => line.startsWith('result '))!.slice('result '.length));

it('two parts in one process learn what the whole batch does', async () => {
  await requireEqual(await allTrainings(HALVES, singleProcess()));
});

describe.each(LAUNCHABLE)('training on processes of $title', ({ library, there }) => {
  it.skipIf(!there).each([
    ['whole', WHOLE],
    ['in two parts', HALVES],
  ])('two of them learn what one does, %s', async (_, cut) => {
    const { lines, errors, code } = await launch(library, 2, RANK, 'all', JSON.stringify(cut));
    expect({ errors, code }).toEqual({ errors: '', code: 0 });
    await requireEqual(resultOf(lines));
    expect(lines.filter((line) => line.startsWith('tensors'))).toEqual(Array(2).fill('tensors left 0'));
    // Losses, gradients and weights are the same on both, to the last bit.
    expect(new Set(lines.filter((line) => line.startsWith('digest'))).size).toBe(1);
  });

  it.skipIf(!there)('one of them learns what none does, to the last bit', async () => {
    const { lines, code } = await launch(library, 1, RANK, 'all', JSON.stringify(WHOLE));
    expect(code).toBe(0);
    reference ??= alone();
    expect(resultOf(lines)).toEqual(JSON.parse(JSON.stringify(await reference)));
  });

  it.skipIf(!there)('a run goes on with another number of processes, in the same order', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ranks-'));
    try {
      const whole = await rankTraining('both', WHOLE, { steps: 6 });
      const checkpoint = { folder, every: 2 };
      await rankTraining('both', WHOLE, { steps: 2, checkpoint });
      const two = await launch(library, 2, RANK, 'checkpoints', JSON.stringify({ folder, steps: 4 }));
      expect({ errors: two.errors, code: two.code }).toEqual({ errors: '', code: 0 });
      const last = await rankTraining('both', WHOLE, { steps: 6, checkpoint });
      const totals = [...resultOf(two.lines).totals, ...last.totals];
      expect(totals).toHaveLength(4);
      for (const [at, total] of totals.entries()) expect(total / whole.totals[2 + at]!).toBeCloseTo(1, 4);
      expect(apart(numbersOf(whole), numbersOf(last))).toBeLessThan(1e-3);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.skipIf(!there)('all stop where one is asked to', async () => {
    const { lines, code } = await launch(library, 2, RANK, 'stop');
    expect(lines).toEqual(['steps 0', 'steps 0']);
    expect(code).toBe(0);
  });

  it.skipIf(!there)(
    'are refused with other options on one of them, and where each would train alone',
    async () => {
      const other = await launch(library, 2, RANK, 'other seed');
      // All find it; the others are told of the first that did.
      expect(other.lines.filter((line) => line.startsWith('refused')).sort()).toEqual([
        expect.stringMatching(/^refused RANKS_DISAGREE .*expected the same options on all ranks/),
        expect.stringMatching(
          /^refused RANK_FAILED .*rank 0 cannot: RANKS_DISAGREE: .*expected the same options/,
        ),
      ]);
      const each = await launch(library, 2, RANK, 'each alone');
      const refused = each.lines.filter((line) => line.startsWith('refused'));
      expect(refused).toHaveLength(2);
      for (const line of refused) expect(line).toMatch(/LAUNCHER_DISAGREES trainer, option collective/);
      expect([other.code, each.code]).not.toContain(0);
    },
  );
});
