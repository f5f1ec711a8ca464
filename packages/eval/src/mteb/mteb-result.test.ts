import { expect, it } from 'vitest';
import { clustering } from '../clustering/clustering.js';
import { zeroShot } from '../zero-shot/zero-shot.js';
import { mtebResult } from './mteb-result.js';

const rows = (...vectors: number[][]) => ({
  values: Float32Array.from(vectors.flat()),
  count: vectors.length,
  width: vectors[0]!.length,
});
const task = { taskName: 'Made', datasetRevision: 'abc' };

it("writes a clustering as mteb's clustering tasks do", () => {
  const features = rows([0, 0], [0, 0.1], [5, 5], [5, 5.1]);
  const result = clustering({ features, labels: [0, 0, 1, 1], seed: 0 });
  expect(mtebResult({ result, ...task, split: 'validation', seconds: 3 })).toEqual({
    dataset_revision: 'abc',
    task_name: 'Made',
    mteb_version: null,
    scores: {
      validation: [
        {
          v_measures: { 'Level 0': [1] },
          v_measure: 1,
          v_measure_std: 0,
          main_score: 1,
          hf_subset: 'default',
          languages: ['eng-Latn'],
        },
      ],
    },
    evaluation_time: 3,
    kg_co2_emissions: null,
  });
});

it("writes a zero-shot classification as mteb's do", () => {
  const texts = rows([1, 0], [0, 1]);
  const options = { texts, textClasses: [0, 1], classes: 2 };
  const result = zeroShot({ videos: rows([2, 1], [1, 3], [3, 1], [1, 2]), labels: [0, 1, 1, 1], ...options });
  const { scores } = mtebResult({ result, ...task });
  expect(scores).toEqual({
    test: [{ accuracy: 0.75, main_score: 0.75, hf_subset: 'default', languages: ['eng-Latn'] }],
  });
});

it.each([null, { outcome: {} }, { draws: [], outcome: {} }, { recall: { at1: 50 }, outcome: {} }])(
  'refuses %j, which mteb has no task for',
  (result) => {
    expect(() => mtebResult({ result: result as never, ...task })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: 'mtebResult, option result' }),
    );
  },
);
