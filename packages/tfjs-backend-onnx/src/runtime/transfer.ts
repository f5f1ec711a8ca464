import type * as tf from '@tensorflow/tfjs';
import { randomInTrace, readTooEarly, unsupportedType } from '../errors.js';
import type { HeldTensor } from '../graph/held-tensor.js';
import { dataOf } from '../graph/model.js';
import { activeTrace } from '../graph/record.js';
import { constant, type TypedData, uniform, type Value } from '../graph/value.js';
import { heldTensor, ortTensor } from './held-tensor.js';

/** The value of numbers that come from JavaScript. */
export function uploaded(values: tf.BackendValues, shape: readonly number[], dtype: tf.DataType): Value {
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') throw unsupportedType(dtype);
  const data = typed(values as ArrayLike<number>, dtype);
  if (data.length === 1) return uniform(data[0]!, shape, dtype);
  if (activeTrace() !== 0 && data.length > 0) {
    // tf.ones, tf.zeros and missing gradients arrive as arrays; the graph wants the number, not the array.
    if (data.every((item) => item === data[0])) return uniform(data[0]!, shape, dtype);
    refuseRandomNumbers();
  }
  return constant(data, shape, dtype);
}

function typed(
  values: ArrayLike<number>,
  dtype: 'float32' | 'int32' | 'bool',
): Float32Array | Int32Array | Uint8Array {
  if (dtype === 'float32') return values instanceof Float32Array ? values : Float32Array.from(values);
  if (dtype === 'int32') return values instanceof Int32Array ? values : Int32Array.from(values);
  return values instanceof Uint8Array ? values : Uint8Array.from(values);
}

/** TensorFlow.js draws random numbers in JavaScript and uploads them; only the call stack tells. */
function refuseRandomNumbers(): void {
  const op = /\b(random\w*|truncatedNormal|dropout)_\b/.exec(new Error().stack ?? '')?.[1];
  if (op) throw randomInTrace(op);
}

/** The numbers of a value that is already computed. */
export function readNow(value: Value): Float32Array | Int32Array | Uint8Array {
  const { source } = value;
  if (source.kind === 'node' || source.kind === 'input') throw readTooEarly(true);
  if (source.kind !== 'held') return dataOf(value) as TypedData as Float32Array;
  source.held.share();
  return source.held.data;
}

/** A tensor of ONNX Runtime for a value that is already computed; made once for a constant. */
export function hold(value: Value): HeldTensor {
  if (value.source.kind === 'held') return value.source.held;
  const held = heldTensor(ortTensor(dataOf(value) as TypedData, value.shape, value.type));
  if (value.source.kind === 'constant') {
    held.share();
    value.source = { kind: 'held', held };
  }
  return held;
}
