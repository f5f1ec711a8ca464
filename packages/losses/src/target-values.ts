import type * as tf from '@tensorflow/tfjs';
import { showValue } from '@tgm/options';
import { LossError } from './errors.js';
import type { LossInputs } from './loss.js';
import { checkRank } from './shape-check.js';
import type { Target } from './target.js';

/** [B, M, F] the numbers that a target is made of. @throws LossError `SHAPE_MISMATCH`. */
export function numbersOf(where: string, target: Target, inputs: LossInputs): tf.Tensor3D {
  const numbers = inputs?.[target.of];
  checkRank(numbers, 3, `${where}, ${target.of}`);
  return numbers as tf.Tensor3D;
}

/**
 * [B, M, Q] what is to be said, of the prediction's shape: tensors of other widths would be spread over each other.
 *
 * @throws LossError `SHAPE_MISMATCH`.
 */
export function valuesFor(
  where: string,
  target: Target,
  inputs: LossInputs,
  prediction: tf.Tensor,
): tf.Tensor3D {
  const values: tf.Tensor3D | undefined = target.values(numbersOf(where, target, inputs));
  const [wanted, given] = [prediction.shape, values?.shape];
  if (values && given?.length === 3 && given.every((side, axis) => side === wanted[axis])) return values;
  throw new LossError('SHAPE_MISMATCH', {
    where: `${where}, target.values of the ${target.of}`,
    expected: `[${wanted.join(', ')}], ${wanted[2]} numbers of each token as the decoder predicts`,
    received: given ? `[${given.join(', ')}]` : showValue(values),
    advice:
      'The decoder predicts as many numbers as a token has pixels; featureLoss has a head of any width.',
  });
}
