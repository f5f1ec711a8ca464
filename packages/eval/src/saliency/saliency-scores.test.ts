import { describe, expect, it } from 'vitest';
import { classification } from '../classification.js';
import { representationBias } from '../representation-bias.js';
import { saliencyScores } from './saliency-scores.js';

const rows = (...vectors: number[][]) => ({
  values: Float32Array.from(vectors.flat()),
  count: vectors.length,
  width: vectors[0]!.length,
});

describe('saliencyScores', () => {
  /** scikit-learn 1.9.1: `roc_auc_score` of each clip. Rounded scores, so that many tie. */
  it('equals the areas of scikit-learn', () => {
    const tokens = (at: (clip: number, token: number) => number) =>
      rows(...[0, 1, 2, 3].map((clip) => Array.from({ length: 12 }, (_, token) => at(clip, token))));
    const saliency = tokens((clip, token) => Math.round(10 * Math.sin(1.3 * token * token + clip)) / 10);
    const inside = tokens((clip, token) => ((token * 5 + clip) % 12 < 4 ? 1 : 0));
    const { auc, chance, outcome } = saliencyScores({ saliency, inside });
    const expected = [34.375, 70.3125, 73.4375, 79.6875];
    for (const [clip, area] of expected.entries())
      expect(outcome.figures.auc!.values[clip]).toBeCloseTo(area, 10);
    expect(auc).toBeCloseTo(64.453125, 10);
    expect(chance).toBeCloseTo(100 / 3, 10);
  });

  it('points and sums as counted by hand, and leaves out clips without an edge', () => {
    const { pointing, energy, leftOut, outcome } = saliencyScores({
      saliency: rows([1, 3, 3, 2], [0, 0, 5, 1], [1, 2, 3, 4]),
      inside: rows([0, 1, 0, 0.5], [0.4, 0, 0, 0.9], [1, 1, 1, 1]),
    });
    // Clip 0: one of the two most salient is inside; above its least of 1 lie 2 + 2 + 1, of which 2 + 1 inside.
    expect([...outcome.figures.pointing!.values]).toEqual([50, 0]);
    expect(outcome.figures.energy!.values[0]).toBeCloseTo(60, 10);
    expect(outcome.figures.energy!.values[1]).toBeCloseTo(100 / 6, 10);
    expect([pointing, leftOut]).toEqual([25, 1]);
    expect(energy).toBeCloseTo((60 + 100 / 6) / 2, 10);
  });

  it('gives a saliency that says nothing what chance gives', () => {
    const blind = saliencyScores({ saliency: rows([1, 1, 1, 1]), inside: rows([1, 0, 0, 0]) });
    expect(blind).toMatchObject({ pointing: 25, energy: 25, auc: 50, chance: 25 });
  });

  it('refuses wrong input by code', () => {
    const codeOf = (saliency: object, inside: object) => {
      try {
        saliencyScores({ saliency, inside } as never);
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'none';
    };
    expect(codeOf(rows([1, 2]), rows([0, 1]))).toBe('none');
    expect(codeOf(rows([1, 2]), rows([0, 1, 1]))).toBe('SHAPE_MISMATCH');
    expect(codeOf(rows([1, 2]), rows([1, 1]))).toBe('TOO_FEW_EXAMPLES');
    expect(codeOf(rows([1, Number.NaN]), rows([0, 1]))).toBe('NON_FINITE_FEATURE');
    expect(codeOf([], rows([0, 1]))).toBe('OPTION_INVALID');
    expect(codeOf(rows([1, 2]), rows([0, 40]))).toBe('OPTION_INVALID'); // per cent
    expect(codeOf(rows([1, 2]), rows([-1, 1]))).toBe('OPTION_INVALID');
  });
});

describe('representationBias', () => {
  const labels = Array.from({ length: 100 }, (_, row) => row % 4);
  /** Right in `right` of 100 examples. */
  const outcomeOf = (right: number) =>
    classification({
      scores: Float64Array.from({ length: 400 }, (_, at) => {
        const row = Math.floor(at / 4);
        return (at % 4 === labels[row]) === row < right ? 1 : 0;
      }),
      labels,
      classes: 4,
    }).outcome;

  it('is 0 at chance, ln(classes) where all is said, and has an interval (by hand)', () => {
    const all = representationBias({ outcome: outcomeOf(100), classes: 4 });
    expect(all.value).toBeCloseTo(Math.log(4), 12);
    expect(all.to - all.from).toBe(0);
    const half = representationBias({ outcome: outcomeOf(50), classes: 4 });
    expect(half.value).toBeCloseTo(Math.log(2), 12);
    // 40 to 60 of 100, two standard errors to each side.
    expect(Math.abs(half.from - Math.log(1.6))).toBeLessThan(0.08);
    expect(Math.abs(half.to - Math.log(2.4))).toBeLessThan(0.08);
  });

  it('refuses fewer classes than the outcome has labels of, and names itself', () => {
    const outcome = outcomeOf(50);
    expect(() => representationBias({ outcome, classes: 2 })).toThrow(
      expect.objectContaining({
        code: 'LABEL_OUT_OF_RANGE',
        where: expect.stringContaining('representationBias'),
      }),
    );
    expect(() => representationBias({ outcome, classes: 4 }, { draws: 1 })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: 'representationBias, option draws' }),
    );
  });

  it('refuses an outcome without accuracies', () => {
    const outcome = { count: 1, figures: { auc: { values: Float64Array.of(1), summary: 'mean' as const } } };
    expect(() => representationBias({ outcome, classes: 2 })).toThrow(/top1/);
  });
});
