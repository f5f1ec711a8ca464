import type { TensorTree } from '@tgm/tfjs-backend-onnx';
import { TrainError } from '../errors.js';
import type { Batch } from './batches.js';

/** Clips in steps of one sample each before that is taken for the rule. */
const CLIPS = 64;

/**
 * Sees the steps of a run whose objective tells samples apart, before they are taken. A step of one sample alone has a loss of 0,
 * and training would go on and learn nothing.
 *
 * @returns sees the parts of a step. Throws TrainError `NO_NEGATIVES` when in the first 64 clips each step was of one sample.
 */
export function severalSamples(): (parts: readonly Batch<TensorTree>[]) => void {
  let found = false;
  let clips = 0;
  return (parts) => {
    if (found) return;
    found = new Set(parts.flatMap(({ ids }) => ids)).size > 1;
    clips += parts.reduce((sum, part) => sum + part.clips, 0);
    if (found || clips < CLIPS) return;
    throw new TrainError('NO_NEGATIVES', {
      where: 'trainer, option batches',
      expected: 'clips of several samples in a step, which the objective tells apart',
      received: `one sample in each step, for the first ${clips} clips`,
    });
  };
}
