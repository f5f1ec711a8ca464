import { describe, expect, it, vi } from 'vitest';
import { LAUNCHABLE, launch } from '../collective/launch.test-support.js';
import type { Measured } from './measured-training.test-support.js';

vi.setConfig({ testTimeout: 300_000 });

const RANK = '../trainer/measure-rank.test-support.ts';
const RANKS = 2;

describe.each(LAUNCHABLE)('evaluations of a training on processes of $title', ({ library, there }) => {
  it.skipIf(!there)('find what one process does, to the last bit, and share the passes out', async () => {
    const { lines, errors, code } = await launch(library, RANKS, RANK, 'shared');
    expect({ errors, code }).toEqual({ errors: '', code: 0 });
    const told = lines
      .filter((line) => line.startsWith('measured '))
      .map((line): Measured => JSON.parse(line.slice('measured '.length)));
    expect(told).toHaveLength(RANKS);
    // Rank 0 alone tells.
    const evaluated = told.map((each) => each.evaluated).sort((a, b) => b.length - a.length);
    expect(evaluated.map(({ length }) => length)).toEqual([28, 0]);
    const first = evaluated[0]!;
    for (const { evaluator, step, parameters, figures } of first) {
      const alone = first.find(
        (other) =>
          other.evaluator === `${evaluator} alone` && other.step === step && other.parameters === parameters,
      );
      if (!evaluator.endsWith(' alone')) expect(figures).toEqual(alone!.figures);
    }
    const steps = [...new Set(first.map(({ step }) => step))];
    expect(steps).toEqual([2, 4, 5, 3]);
    // Of 22 clips 6 passes: of two sets for the probe, of one for the captions, at three steps, for two kinds of parameters. 11 videos
    // of two views are as many, at two steps.
    const passes = told.map((each) => each.passes);
    const all = 3 * 2 * (6 + 6 + 6) + 2 * 6;
    expect(passes.map(({ alone }) => alone).sort()).toEqual([0, all]);
    const shared = passes.map((each) => each.shared);
    expect(shared.reduce((sum, each) => sum + each, 0)).toBe(all);
    for (const each of shared) expect(each).toBeGreaterThan(0.45 * all);
  });

  it.skipIf(!there)('are refused where the ranks do not all have them', async () => {
    const { lines, code } = await launch(library, RANKS, RANK, 'on rank 0');
    const told = lines.filter((line) => line.startsWith('refused'));
    expect(told).toHaveLength(RANKS);
    for (const line of told)
      expect(line).toMatch(/RANKS_DISAGREE.*same option evaluate on all ranks, got every: /);
    expect(code).not.toBe(0);
  });

  it.skipIf(!there)('fail on all ranks where one of them fails', async () => {
    const { lines, code } = await launch(library, RANKS, RANK, 'one fails');
    const told = lines.filter((line) => line.startsWith('refused')).sort();
    expect(told).toHaveLength(RANKS);
    expect(told[0]).toMatch(/^refused 0 RANK_FAILED .*rank 1.*clip 7/);
    expect(told[1]).toMatch(/^refused 1 EXAMPLE_FAILED clip 7/);
    expect(code).not.toBe(0);
  });
});
