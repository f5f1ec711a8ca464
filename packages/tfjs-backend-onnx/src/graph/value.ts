import type { HeldTensor } from './held-tensor.js';

/** int64 and float64 occur between nodes only; tensors that TensorFlow.js sees are of the other three. */
export type ValueType = 'float32' | 'int32' | 'bool' | 'int64' | 'float64';
export type Shape = readonly number[];
export type TypedData = Float32Array | Int32Array | Uint8Array | BigInt64Array;

/** An ONNX attribute: integer, float, integers, text, or a tensor of one element. */
export type Attribute =
  | number
  | { readonly float: number }
  | readonly number[]
  | string
  | { readonly tensor: Value };

export interface Node {
  readonly op: string;
  /** Empty for the standard operators. */
  readonly domain: '' | 'com.microsoft';
  /** `null` leaves an optional input out. */
  readonly inputs: readonly (Value | null)[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly outputs: Value[];
  /** The trace that recorded it, 0 outside of any. */
  readonly trace: number;
}

/**
 * Where a value comes from. A graph is nothing but values that point back to what they are computed from,
 * so what no output reaches is never emitted, and what no tensor reaches is collected by JavaScript.
 */
export type Source =
  | { readonly kind: 'node'; readonly node: Node; readonly index: number }
  /** Numbers that came from JavaScript. */
  | { readonly kind: 'constant'; readonly data: TypedData }
  /** One number repeated over the whole shape. */
  | { readonly kind: 'uniform'; readonly number: number }
  /** A tensor of ONNX Runtime. */
  | { readonly kind: 'held'; readonly held: HeldTensor }
  /** Input `index` of the function being traced. */
  | { readonly kind: 'input'; readonly index: number };

export interface Value {
  readonly type: ValueType;
  readonly shape: Shape;
  /** Changes once for a recorded value, from `node` to `held`, when it has been computed. */
  source: Source;
}

export const sizeOf = (shape: Shape): number => shape.reduce((size, length) => size * length, 1);

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((length, axis) => length === b[axis]);

export function constant(data: TypedData, shape: Shape, type: ValueType): Value {
  return { type, shape, source: { kind: 'constant', data } };
}

/** Integers as ONNX wants shapes, axes and indices: one-dimensional int64. */
export function int64s(numbers: readonly number[]): Value {
  return constant(BigInt64Array.from(numbers, BigInt), [numbers.length], 'int64');
}

export function uniform(number: number, shape: Shape, type: ValueType): Value {
  return { type, shape, source: { kind: 'uniform', number } };
}

/** The node that computes a value, if a node does. */
export function producer(value: Value): Node | undefined {
  return value.source.kind === 'node' ? value.source.node : undefined;
}
