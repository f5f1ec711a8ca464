import { shapeMismatch } from '../errors.js';
import { record } from './record.js';
import {
  constant,
  int64s,
  producer,
  type Shape,
  sameShape,
  uniform,
  type Value,
  type ValueType,
} from './value.js';

/**
 * The operators that most kernels are made of, recorded only as far as they do something: an automatic gradient
 * is full of reshapes to the same shape, products with ones and expansions that broadcasting does anyway.
 */

export function cast(x: Value, type: ValueType): Value {
  if (x.type === type) return x;
  if (x.source.kind === 'uniform') return uniform(castNumber(x.source.number, type), x.shape, type);
  const isFloat = x.type === 'float32' || x.type === 'float64';
  // As in JavaScript: what int32 does not hold counts modulo 2^32, and NaN and infinities are 0.
  if (isFloat && type === 'int32') {
    // ONNX Runtime would join two casts that follow each other.
    const whole = castTo(finite(x), 'int64');
    return castTo(elementwise('BitwiseAnd', [whole, like(whole, 2 ** 32 - 1)], 'int64'), type);
  }
  return castTo(x, type);
}

const castTo = (x: Value, type: ValueType): Value =>
  record('Cast', [x], { shape: x.shape, type }, { to: ONNX_TYPE[type] });

/** x where int64 can hold it, else 0, which is also what a larger float64 is modulo 2^32. */
function finite(x: Value): Value {
  const holds = elementwise('Less', [unary('Abs', x), like(x, 2 ** 63)], 'bool');
  return where(holds, x, like(x, 0));
}

const ONNX_TYPE: Record<ValueType, number> = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 };

export function castNumber(number: number, type: ValueType): number {
  if (type === 'bool') return number === 0 ? 0 : 1;
  if (type === 'int32') return number | 0;
  if (type === 'int64') return Math.trunc(number);
  return type === 'float32' ? Math.fround(number) : number;
}

export function reshape(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  if (x.source.kind === 'uniform') return uniform(x.source.number, shape, x.type);
  if (x.source.kind === 'constant') return constant(x.source.data, shape, x.type);
  const before = producer(x);
  // A shape that is computed is waited for, see `after`.
  const known = before?.inputs[1]?.source.kind === 'constant';
  if (before?.op === 'Reshape' && known) return reshape(before.inputs[0]!, shape);
  return record('Reshape', [x, int64s(shape)], { shape, type: x.type }, { allowzero: 1 });
}

export function transpose(x: Value, permutation: readonly number[]): Value {
  const shape = permutation.map((axis) => x.shape[axis]!);
  if (x.source.kind === 'uniform') return uniform(x.source.number, shape, x.type);
  if (permutation.every((axis, position) => axis === position)) return x;
  const before = producer(x);
  if (before?.op === 'Transpose') {
    const first = before.attributes.perm as readonly number[];
    return transpose(
      before.inputs[0]!,
      permutation.map((axis) => first[axis]!),
    );
  }
  // Axes of length 1 move for free: only the order of the others decides what lies where in memory.
  const moved = permutation.filter((axis) => x.shape[axis] !== 1);
  if (moved.every((axis, position) => position === 0 || axis > moved[position - 1]!))
    return reshape(x, shape);
  return record('Transpose', [x], { shape, type: x.type }, { perm: permutation });
}

export function expand(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  if (x.source.kind === 'uniform') return uniform(x.source.number, shape, x.type);
  return record('Expand', [x, int64s(shape)], { shape, type: x.type });
}

export function broadcastShape(...shapes: Shape[]): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const lengths = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    const length = lengths.find((each) => each !== 1) ?? 1;
    if (lengths.every((each) => each === 1 || each === length)) return length;
    throw shapeMismatch('Broadcasting', 'axes of length 1 or of one other length', shapes);
  });
}

/** Records an element-wise operator whose inputs broadcast, taking them before any expansion where that is enough. */
export function elementwise(op: string, inputs: readonly Value[], type: ValueType, attributes = {}): Value {
  const shape = broadcastShape(...inputs.map((input) => input.shape));
  const compact = [...inputs];
  for (const [position, input] of inputs.entries()) {
    const smaller = beforeExpansion(input);
    if (smaller === undefined) continue;
    compact[position] = smaller;
    if (!sameShape(broadcastShape(...compact.map((value) => value.shape)), shape)) compact[position] = input;
  }
  return record(op, compact, { shape, type }, attributes);
}

function beforeExpansion(x: Value): Value | undefined {
  if (x.source.kind === 'uniform')
    return x.shape.length === 0 ? undefined : uniform(x.source.number, [], x.type);
  const node = producer(x);
  return node?.op === 'Expand' ? node.inputs[0]! : undefined;
}

const isUniform = (x: Value, number: number): boolean =>
  x.source.kind === 'uniform' && x.source.number === number;

const ARITHMETIC: Record<'Add' | 'Sub' | 'Mul' | 'Div', (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
};

/** a + b and so on, of equal types, broadcast. */
export function arithmetic(op: keyof typeof ARITHMETIC, a: Value, b: Value): Value {
  const shape = broadcastShape(a.shape, b.shape);
  if (a.source.kind === 'uniform' && b.source.kind === 'uniform' && a.type === 'float32') {
    return uniform(Math.fround(ARITHMETIC[op](a.source.number, b.source.number)), shape, a.type);
  }
  if (isUniform(b, op === 'Add' || op === 'Sub' ? 0 : 1)) return expand(a, shape);
  if ((op === 'Add' && isUniform(a, 0)) || (op === 'Mul' && isUniform(a, 1))) return expand(b, shape);
  if (op === 'Add' && producer(b)?.op === 'Neg') return arithmetic('Sub', a, producer(b)!.inputs[0]!);
  if (op === 'Sub' && producer(b)?.op === 'Neg') return arithmetic('Add', a, producer(b)!.inputs[0]!);
  if (op === 'Mul' && isUniform(b, -1)) return expand(negate(a), shape);
  return elementwise(op, [a, b], a.type);
}

export const add = (a: Value, b: Value): Value => arithmetic('Add', a, b);
export const subtract = (a: Value, b: Value): Value => arithmetic('Sub', a, b);
export const multiply = (a: Value, b: Value): Value => arithmetic('Mul', a, b);
export const divide = (a: Value, b: Value): Value => arithmetic('Div', a, b);

export function negate(x: Value): Value {
  if (x.source.kind === 'uniform') return uniform(-x.source.number, x.shape, x.type);
  const before = producer(x);
  if (before?.op === 'Neg') return before.inputs[0]!;
  return unary('Neg', x);
}

export function unary(op: string, x: Value, attributes = {}, domain: '' | 'com.microsoft' = ''): Value {
  return record(op, [x], { shape: x.shape, type: x.type }, attributes, domain);
}

/** A number of x's type, to be broadcast. */
export const like = (x: Value, number: number): Value => uniform(castNumber(number, x.type), [], x.type);

/** `a` where the condition holds, `b` elsewhere; all three broadcast. */
export const where = (condition: Value, a: Value, b: Value): Value =>
  elementwise('Where', [condition, a, b], a.type);

/** Largest, product, short sum … over `axes`, which must be non-negative. Sums of any length: `sum` of sum.ts. */
export function reduce(op: string, x: Value, axes: readonly number[], keepDimensions: boolean): Value {
  const shape = reducedShape(x.shape, axes, keepDimensions);
  if (axes.every((axis) => x.shape[axis] === 1)) return reshape(x, shape);
  const squared = op === 'ReduceSum' ? squareRoot(x) : undefined;
  if (squared) return reduce('ReduceSumSquare', squared, axes, keepDimensions);
  return record(op, [x, int64s(axes)], { shape, type: x.type }, { keepdims: keepDimensions ? 1 : 0 });
}

export function reducedShape(shape: Shape, axes: readonly number[], keepDimensions: boolean): Shape {
  if (keepDimensions) return shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** What a value is the square of. */
export function squareRoot(x: Value): Value | undefined {
  const node = producer(x);
  return node?.op === 'Mul' && node.inputs[0] === node.inputs[1] ? node.inputs[0]! : undefined;
}
