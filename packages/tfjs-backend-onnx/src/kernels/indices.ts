import { indexOutside } from '../errors.js';
import { arithmetic, cast, elementwise, like, reduce, where } from '../graph/build.js';
import { dataOf } from '../graph/model.js';
import { constant, type Shape, sizeOf, type Value } from '../graph/value.js';

/**
 * Indices are from 0 and below the length of their axis; ONNX would count a negative one from the end. Numbers that are
 * known are checked when they are recorded; others when the graph runs: what is out of range is moved to where ONNX
 * Runtime finds it.
 */

/**
 * Indices into one axis, or tuples [..., depth] into several.
 *
 * @param lengths of the axis, or of the axes in the order of a tuple
 * @throws EngineError `ONNX_INDEX`
 */
export function checkedIndices(kernel: string, indices: Value, lengths: number | Shape): Value {
  if (isKnown(kernel, indices, lengths)) return indices;
  const beyond = typeof lengths === 'number' ? like(indices, lengths) : numbersOf(lengths, indices.type);
  return where(elementwise('Less', [indices, like(indices, 0)], 'bool'), beyond, indices);
}

/** Tuples [..., depth] of indices into the first axes of `shape` as row numbers [...], all of them checked. */
export function rowNumbers(kernel: string, indices: Value, shape: Shape): Value {
  const depth = indices.shape.at(-1)!;
  const lengths = shape.slice(0, depth);
  const places = cast(checkedIndices(kernel, indices, lengths), 'int64');
  if (depth === 1) return reduce('ReduceSum', places, [places.shape.length - 1], false);
  const strides = lengths.map((_, axis) => sizeOf(lengths.slice(axis + 1)));
  const weighted = arithmetic('Mul', places, numbersOf(strides, 'int64'));
  // A place beyond its own axis may be one within the next; it counts as beyond the last row.
  const beyond = elementwise('GreaterOrEqual', [places, numbersOf(lengths, 'int64')], 'bool');
  const marked = isKnown(kernel, indices, lengths)
    ? weighted
    : where(beyond, like(weighted, sizeOf(lengths)), weighted);
  return reduce('ReduceSum', marked, [indices.shape.length - 1], false);
}

const numbersOf = (numbers: Shape, type: Value['type']): Value =>
  type === 'int64'
    ? constant(BigInt64Array.from(numbers, BigInt), [numbers.length], type)
    : constant(Int32Array.from(numbers), [numbers.length], 'int32');

/** Whether the indices have been checked, because their numbers are there. */
function isKnown(kernel: string, { source, ...value }: Value, lengths: number | Shape): boolean {
  if (source.kind === 'node' || source.kind === 'input') return false;
  if (source.kind === 'held' && source.held.onDevice) return false;
  const data = source.kind === 'held' ? source.held.data : dataOf({ ...value, source });
  for (const [position, index] of (data as Int32Array).entries()) {
    const length = typeof lengths === 'number' ? lengths : lengths[position % lengths.length]!;
    if (index < 0 || index >= length) throw indexOutside(kernel, `${index} on an axis of length ${length}`);
  }
  return true;
}
