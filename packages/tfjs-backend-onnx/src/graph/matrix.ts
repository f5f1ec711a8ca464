import { shapeMismatch } from '../errors.js';
import { add, broadcastShape, like, multiply, reshape, transpose } from './build.js';
import { record } from './record.js';
import { sliceAxis } from './slice.js';
import { pieceOf, sum } from './sum.js';
import { sizeOf, uniform, type Value } from './value.js';

interface ProductOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Factor of the whole product. */
  readonly alpha?: number;
}

/**
 * Longer rows times columns are added in stages: ONNX Runtime multiplies a vector in one chain of additions, and matrices
 * in chains of 256, whose sums it adds in one.
 */
const LONGEST_VECTOR = 1024;
const LONGEST = 2 ** 18;

const isLong = (rows: number, columns: number, inner: number): boolean =>
  inner > (rows === 1 || columns === 1 ? LONGEST_VECTOR : LONGEST);

/** alpha a b of matrices in the last two axes, either one transposed; the axes before them broadcast. */
export function matrixProduct(a: Value, b: Value, options: ProductOptions = {}): Value {
  const { transposeA = false, transposeB = false, alpha = 1 } = options;
  const rows = a.shape.at(transposeA ? -1 : -2)!;
  const columns = b.shape.at(transposeB ? -2 : -1)!;
  if (a.shape.at(transposeA ? -2 : -1) !== b.shape.at(transposeB ? -1 : -2)) {
    throw shapeMismatch('MatMul', 'as many columns on the left as rows on the right', [a.shape, b.shape]);
  }
  const shape = [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns];
  const output = { shape, type: a.type };
  const inner = b.shape.at(transposeB ? -1 : -2)!;
  if (inner === 0) return uniform(0, shape, a.type);
  if (a.type === 'float32' && isLong(rows, columns, inner) && sizeOf(shape) > 0) {
    const product = reshape(longProduct(a, b, transposeA, transposeB), shape);
    return alpha === 1 ? product : multiply(product, like(product, alpha));
  }
  if (!transposeA && !transposeB && alpha === 1) return record('MatMul', [a, b], output);
  if (a.type !== 'float32') return record('MatMul', [swapped(a, transposeA), swapped(b, transposeB)], output);
  const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0, alpha: { float: alpha } };
  return record('FusedMatMul', [a, b], output, attributes, 'com.microsoft');
}

/** a b whose inner axis is long, in some shape. */
function longProduct(a: Value, b: Value, transposeA: boolean, transposeB: boolean): Value {
  const [rows, columns] = [a.shape.at(transposeA ? -1 : -2)!, b.shape.at(transposeB ? -2 : -1)!];
  // Each row of one times the same row of the other, where both lie along the inner axis.
  if (columns === 1 && (!transposeA || rows === 1)) return rowProducts(a, b, transposeB);
  if (rows === 1 && transposeB) return rowProducts(b, a, !transposeA);
  const inner = b.shape.at(transposeB ? -1 : -2)!;
  const most = rows === 1 || columns === 1 ? LONGEST_VECTOR / 4 : LONGEST / 8;
  const piece = pieceOf(inner, most);
  const whole = Math.floor(inner / piece) * piece;
  if (whole < inner) {
    const part = (begin: number, end: number) =>
      matrixProduct(
        sliceAxis(a, a.shape.length - (transposeA ? 2 : 1), begin, end),
        sliceAxis(b, b.shape.length - (transposeB ? 1 : 2), begin, end),
        { transposeA, transposeB },
      );
    return add(part(0, whole), part(whole, inner));
  }
  const products = matrixProduct(inPieces(a, piece, !transposeA), inPieces(b, piece, transposeB), {
    transposeA,
    transposeB,
  });
  return sum(products, [products.shape.length - 3], false);
}

/** Sums along the last axis of rows [..., R, inner] times one row, [..., 1, inner] or as a column. */
function rowProducts(matrix: Value, vector: Value, isRow: boolean): Value {
  const inner = isRow ? vector.shape.at(-1)! : vector.shape.at(-2)!;
  const rows = sizeOf(matrix.shape.slice(-2)) / inner;
  const products = multiply(
    reshape(matrix, [...matrix.shape.slice(0, -2), rows, inner]),
    reshape(vector, [...vector.shape.slice(0, -2), 1, inner]),
  );
  return sum(products, [products.shape.length - 1], false);
}

/** Cuts the inner axis of matrices, the last one or the one before, into pieces: [..., pieces, matrix of a piece]. */
function inPieces(x: Value, piece: number, innerIsLast: boolean): Value {
  const [before, after] = x.shape.slice(-2) as [number, number];
  const batch = x.shape.slice(0, -2);
  if (!innerIsLast) return reshape(x, [...batch, before / piece, piece, after]);
  const cut = reshape(x, [...batch, before, after / piece, piece]);
  const axes = cut.shape.map((_, axis) => axis);
  const rank = axes.length;
  return transpose(cut, [...axes.slice(0, -3), rank - 2, rank - 3, rank - 1]);
}

function swapped(x: Value, swap: boolean): Value {
  if (!swap) return x;
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

/** a b + c of two-dimensional a and b; c is a row. */
export function affine(a: Value, b: Value, c: Value | null, options: Omit<ProductOptions, 'alpha'>): Value {
  const { transposeA = false, transposeB = false } = options;
  const [rows, columns] = [a.shape[transposeA ? 1 : 0]!, b.shape[transposeB ? 0 : 1]!];
  const inner = b.shape[transposeB ? 1 : 0]!;
  if (inner === 0 || isLong(rows, columns, inner)) {
    const product = matrixProduct(a, b, options);
    return c ? add(product, c) : product;
  }
  const shape = [rows, columns];
  const inputs = c ? [a, b, c] : [a, b];
  return record(
    'Gemm',
    inputs,
    { shape, type: a.type },
    { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 },
  );
}
