import { ShapeError } from '../errors.js';
import { broadcastShape, transpose } from './build.js';
import { record } from './record.js';
import type { Value } from './value.js';

interface ProductOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Factor of the whole product. */
  readonly alpha?: number;
}

/** alpha a b of matrices in the last two axes, either one transposed; the axes before them broadcast. */
export function matrixProduct(a: Value, b: Value, options: ProductOptions = {}): Value {
  const { transposeA = false, transposeB = false, alpha = 1 } = options;
  const rows = a.shape.at(transposeA ? -1 : -2)!;
  const columns = b.shape.at(transposeB ? -2 : -1)!;
  if (a.shape.at(transposeA ? -2 : -1) !== b.shape.at(transposeB ? -1 : -2)) {
    throw new ShapeError('MatMul', 'as many columns on the left as rows on the right', [a.shape, b.shape]);
  }
  const shape = [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns];
  const output = { shape, type: a.type };
  if (!transposeA && !transposeB && alpha === 1) return record('MatMul', [a, b], output);
  if (a.type !== 'float32') return record('MatMul', [swapped(a, transposeA), swapped(b, transposeB)], output);
  const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0, alpha: { float: alpha } };
  return record('FusedMatMul', [a, b], output, attributes, 'com.microsoft');
}

function swapped(x: Value, swap: boolean): Value {
  if (!swap) return x;
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

/** a b + c of two-dimensional a and b; c is a row. */
export function affine(a: Value, b: Value, c: Value | null, options: Omit<ProductOptions, 'alpha'>): Value {
  const { transposeA = false, transposeB = false } = options;
  const shape = [a.shape[transposeA ? 1 : 0]!, b.shape[transposeB ? 0 : 1]!];
  const inputs = c ? [a, b, c] : [a, b];
  return record(
    'Gemm',
    inputs,
    { shape, type: a.type },
    { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 },
  );
}
