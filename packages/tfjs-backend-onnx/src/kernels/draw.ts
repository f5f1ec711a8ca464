import * as tf from '@tensorflow/tfjs';
import { randomInTrace } from '../errors.js';
import { cast, elementwise, reduce, reshape } from '../graph/build.js';
import { activeTrace, record } from '../graph/record.js';
import { slice } from '../graph/slice.js';
import { constant, type Value } from '../graph/value.js';
import { cumulativeSum } from './cumulative.js';
import { type Kernel, kernel } from './kernel.js';

interface Multinomial {
  readonly numSamples: number;
  readonly seed: number;
  readonly normalized: boolean;
}

/** How many of the classes' sums of probability, the last one apart, a draw from [0, 1) has passed: its class. */
function multinomial(
  { logits }: Record<string, Value>,
  { numSamples, seed, normalized }: Multinomial,
): Value {
  if (activeTrace() !== 0) throw randomInTrace('multinomial');
  const [rows, classes] = logits!.shape as [number, number];
  const given = cast(logits!, 'float32');
  const probabilities = normalized ? given : record('Softmax', [given], given, { axis: 1 });
  const sums = cumulativeSum(probabilities, { axis: 1, exclusive: false, reverse: false });
  const passed = reshape(slice(sums, [0, 0], [rows, classes - 1]), [rows, 1, classes - 1]);
  const numbers = tf.tidy(() =>
    tf.randomUniform([rows, numSamples, 1], 0, 1, 'float32', seed).dataSync<'float32'>(),
  );
  const draws = constant(numbers, [rows, numSamples, 1], 'float32');
  return reduce(
    'ReduceSum',
    cast(elementwise('GreaterOrEqual', [draws, passed], 'bool'), 'int32'),
    [2],
    false,
  );
}

export const drawKernels: readonly Kernel[] = [kernel<Multinomial>(tf.Multinomial, multinomial)];
