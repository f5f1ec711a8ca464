import { like, multiply, reduce, reshape } from './build.js';
import { record } from './record.js';
import { int64s, type Value } from './value.js';

/**
 * `x`, but not before `other` has been computed. What is computed from it is no earlier either, and is not taken for what is
 * computed from `x` itself.
 *
 * ONNX orders nodes by what they read alone. So x is reshaped to the shape that it has, plus nothing times a length of the
 * other value, and then to that shape as a constant, by which ONNX Runtime knows it. No numbers are moved.
 */
export function after(x: Value, other: Value): Value {
  const waits = [x, other].every(({ source }) => source.kind === 'node' || source.kind === 'input');
  if (!waits) return x;
  const { shape, type } = x;
  const measured = other.shape.length === 0 ? reshape(other, [1]) : other;
  const lengths = record('Shape', [measured], { shape: [measured.shape.length], type: 'int64' });
  const least = reduce('ReduceMin', lengths, [0], false);
  const nothing = multiply(least, like(least, 0));
  const own = int64s(shape);
  const computed = record('Add', [own, nothing], { shape: own.shape, type: 'int64' });
  return [computed, own].reduce(
    (value, lengths) => record('Reshape', [value, lengths], { shape, type }, { allowzero: 1 }),
    x,
  );
}
