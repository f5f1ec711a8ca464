import { add, divide, like, reduce, reducedShape, reshape, squareRoot } from './build.js';
import { record } from './record.js';
import { sliceAxis } from './slice.js';
import { type Shape, sizeOf, uniform, type Value } from './value.js';

/**
 * Sums whose rounding does not grow with their length.
 *
 * ONNX Runtime adds one number after the other, so that ten million equal numbers lose three digits. A long sum is
 * taken in stages: of pieces first, then of the pieces' sums (Higham, Accuracy and Stability, section 4.2). A short
 * one is a single node.
 */

/** Where the summed axis lies between the others: [outer, length, inner]. */
interface Run {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** One way to add along the middle axis of [outer, length, inner]. */
interface Adding {
  /** Longer axes are cut. */
  readonly longest: number;
  /** How long a piece may be. Ten million equal numbers then lose less than a millionth. */
  readonly piece: number;
  readonly add: (x: Value, run: Run) => Value;
}

/** Numbers side by side: the processor's vectors add several chains at once. */
const along: Adding = {
  longest: 1024,
  piece: 512,
  add: (x, { outer, length }) => reduce('ReduceSum', reshape(x, [outer, length]), [1], false),
};

/** Down the columns of a matrix, as a product with a row of ones: two to five times faster than ReduceSum. */
const down: Adding = {
  longest: 512,
  piece: 128,
  add: (x, { length, inner }) => {
    const operands = [uniform(1, [1, length], x.type), reshape(x, [length, inner])];
    return record('MatMul', operands, { shape: [1, inner], type: x.type });
  },
};

/** Along an axis with others on both sides. */
const between: Adding = {
  longest: 256,
  piece: 64,
  add: (x, { outer, length, inner }) => reduce('ReduceSum', reshape(x, [outer, length, inner]), [1], false),
};

/** Squares side by side, squared on the way; ReduceSumSquare adds in one chain. */
const squares = (root: Value): Adding => ({
  longest: 256,
  piece: 128,
  add: (_, { outer, length }) => reduce('ReduceSumSquare', reshape(root, [outer, length]), [1], false),
});

function addingOf(x: Value, { outer, inner }: Run): Adding {
  if (inner > 1) return outer === 1 ? down : between;
  const root = squareRoot(x);
  return root ? squares(root) : along;
}

/** The sum over `axes`, which must be non-negative; of nothing 0. */
export function sum(x: Value, axes: readonly number[], keepDimensions: boolean): Value {
  const shape = reducedShape(x.shape, axes, keepDimensions);
  const count = sizeOf(axes.map((axis) => x.shape[axis]!));
  if (count === 0 || sizeOf(shape) === 0) return uniform(0, shape, x.type);
  if (count === 1 || x.type !== 'float32') return reduce('ReduceSum', x, axes, keepDimensions);
  if (x.source.kind === 'uniform') return uniform(Math.fround(x.source.number * count), shape, x.type);
  const runs = runsOf(x.shape, axes);
  const columns = runs.length === 1 && addingOf(x, runs[0]!) === down;
  if (isShort(x, runs, count) && !columns) return reduce('ReduceSum', x, axes, keepDimensions);
  return reshape(runs.reduce(inStages, x), shape);
}

/** The mean of floats over `axes`, which must be non-negative; of nothing 0, as on the cpu backend. */
export function mean(x: Value, axes: readonly number[], keepDimensions: boolean): Value {
  const count = sizeOf(axes.map((axis) => x.shape[axis]!));
  const shape = reducedShape(x.shape, axes, keepDimensions);
  if (count === 0 || sizeOf(shape) === 0) return uniform(0, shape, x.type);
  if (count === 1 || isShort(x, runsOf(x.shape, axes), count)) {
    return reduce('ReduceMean', x, axes, keepDimensions);
  }
  const total = sum(x, axes, keepDimensions);
  return divide(total, like(total, count));
}

const isShort = (x: Value, runs: readonly Run[], count: number): boolean =>
  count <= (runs.length === 1 ? addingOf(x, runs[0]!) : between).longest;

/** Neighbouring summed axes as one, the last ones first; what `inner` counts is left when those before are summed. */
function runsOf(shape: Shape, axes: readonly number[]): Run[] {
  const runs: Run[] = [];
  let inner = 1;
  let joined = false;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis]!;
    if (length === 1) continue;
    const outer = sizeOf(shape.slice(0, axis));
    const summed = axes.includes(axis);
    if (!summed) inner *= length;
    else runs.push({ outer, length: joined ? runs.pop()!.length * length : length, inner });
    joined = summed;
  }
  return runs;
}

/** The sums of a run, [outer, inner] in some shape. */
function inStages(x: Value, run: Run): Value {
  const adding = addingOf(x, run);
  const { outer, length, inner } = run;
  if (length <= adding.longest) return adding.add(x, run);
  const piece = pieceOf(length, adding.piece);
  const pieces = Math.floor(length / piece);
  if (pieces * piece < length) {
    const whole = reshape(x, [outer, length, inner]);
    const part = (begin: number, end: number) =>
      reshape(inStages(sliceAxis(whole, 1, begin, end), { ...run, length: end - begin }), [outer, inner]);
    return add(part(0, pieces * piece), part(pieces * piece, length));
  }
  // Side by side, a piece is consecutive numbers; else every so many-th row, so that the rows of a stage are long.
  const first =
    inner === 1
      ? { outer: outer * pieces, length: piece, inner }
      : { outer, length: piece, inner: pieces * inner };
  return inStages(adding.add(x, first), { outer, length: pieces, inner });
}

/** How long the pieces of an axis are: a divisor of its length where one is near `most`, else `most`. */
export function pieceOf(length: number, most: number): number {
  for (let piece = most; piece >= most / 8; piece--) if (length % piece === 0) return piece;
  return most;
}
