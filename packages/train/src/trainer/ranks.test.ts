import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it, vi } from 'vitest';
import { LAUNCHABLE, launch } from '../collective/launch.test-support.js';
import { singleProcess } from '../collective/single-process.js';
import {
  CASES,
  consecutive,
  numbersOf as gradientOf,
  taken,
} from '../objectives/objective-cases.test-support.js';
import { apart, numbersOf, requireEqualTrainings } from './equal-trainings.test-support.js';
import { allTrainings, type Cut, LEARNED, rankTraining, WHOLE } from './rank-training.test-support.js';

vi.setConfig({ testTimeout: 300_000 });

const RANK = '../trainer/train-rank.test-support.ts';
const HALVES: Cut = { batchSize: 4, accumulate: 2 };

/** Labels with what is drawn for each clip, rows of two kinds, a queue that each step fills. */
const KINDS = ['labels in shares, with drop path', 'images and texts', 'views, mocoV2'];

const alone = () => allTrainings(WHOLE, singleProcess());
let reference: ReturnType<typeof alone> | undefined;

type All = Awaited<ReturnType<typeof alone>>;

async function requireEqual(all: All): Promise<void> {
  reference ??= alone();
  const single = await reference;
  for (const learned of LEARNED) await requireEqualTrainings(learned, single[learned]!, all[learned]!);
}

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

  it.skipIf(!there)('two of them have the gradients of one, of objectives of other kinds', async () => {
    const { lines, errors, code } = await launch(library, 2, RANK, 'objectives', JSON.stringify(KINDS));
    expect({ errors, code }).toEqual({ errors: '', code: 0 });
    expect(new Set(lines.filter((line) => line.startsWith('digest'))).size).toBe(1);
    const gradients = resultOf(lines) as Record<string, number[]>;
    const engine = await onnxEngine({ threads: 1 });
    for (const name of KINDS) {
      const whole = await taken(engine, CASES.find((each) => each.name === name)!, consecutive([8]));
      expect(apart(gradientOf(whole.first), gradients[name]!), name).toBeLessThan(1e-5);
    }
    await engine.dispose();
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
        expect.stringMatching(
          /^refused RANKS_DISAGREE .*expected the same options on all ranks.*run\.seed: 0 on rank 0, 1 on rank 1\./,
        ),
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
