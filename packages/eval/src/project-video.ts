import { optionTable } from '@tgm/options';
import { EvaluationError } from './errors.js';
import { checkFeatures, dotWithAll, type Features, normaliseRows } from './features.js';
import { features as featureRows, floats } from './option-fields.js';

const ARGUMENTS = optionTable('projectVideo', { features: featureRows(), weight: floats() }, EvaluationError);

/**
 * Features in the space of the text embeddings: features x weight transposed, L2-normalised, [count, E].
 *
 * @param weight [E, D] row-major, `contrastive.projection.weight` of the contrastive loss.
 * @throws EvaluationError `OPTION_INVALID`, `SHAPE_MISMATCH` when the weight's length is not a multiple of D, and
 *   `NON_FINITE_FEATURE`, also for the weight.
 */
export function projectVideo(features: Features, weight: Float32Array): Features {
  ARGUMENTS.check({ features, weight });
  checkFeatures('projectVideo features', features);
  const { count, width } = features;
  const projected = weight.length / width;
  if (!Number.isInteger(projected) || projected < 1) {
    throw new EvaluationError('SHAPE_MISMATCH', {
      where: 'projectVideo weight',
      expected: `[E, ${width}]`,
      received: `${weight.length} numbers`,
    });
  }
  const matrix = { values: weight, count: projected, width };
  checkFeatures('projectVideo weight', matrix);
  const values = new Float32Array(count * projected);
  const row = new Float64Array(projected);
  for (let i = 0; i < count; i++) {
    dotWithAll(features, i, matrix, row);
    const largest = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // Less than 1 each, so that no product is beyond single precision.
    if (largest > 0) for (let e = 0; e < projected; e++) row[e]! /= largest;
    values.set(row, i * projected);
  }
  return normaliseRows({ values, count, width: projected });
}
