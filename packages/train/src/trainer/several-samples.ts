import { TrainError } from '../errors.js';

/** Clips in steps of one sample each before that is taken for the rule. */
const CLIPS = 64;

/**
 * Sees the steps of a run whose objective tells samples apart, before they are taken. A step of one sample alone has a loss of 0,
 * and training would go on and learn nothing.
 *
 * @returns sees samples of a step, of all processes, and its clips. Throws TrainError `NO_NEGATIVES` when in the first 64 clips each
 *   step was of one sample.
 */
export function severalSamples(): (samples: readonly string[], clips: number) => void {
  let found = false;
  let seen = 0;
  return (samples, clips) => {
    if (found) return;
    found = new Set(samples).size > 1;
    seen += clips;
    if (found || seen < CLIPS) return;
    throw new TrainError('NO_NEGATIVES', {
      where: 'trainer, option batches',
      expected: 'clips of several samples in a step, which the objective tells apart',
      received: `one sample in each step, for the first ${seen} clips`,
    });
  };
}
