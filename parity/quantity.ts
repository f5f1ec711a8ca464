import { EXACT, type Tolerance } from './tolerance.js';

/** One compared quantity. */
export interface Quantity {
  readonly name: string;
  /** The largest |got - expected|. */
  readonly error: number;
  readonly tolerance: string;
  readonly ok: boolean;
}

/** One tensor of a quantity that has several. */
export interface Pair {
  readonly name: string;
  readonly got: ArrayLike<number>;
  readonly expected: ArrayLike<number>;
}

/** Compares one tensor with the reference's. */
export function compare(
  name: string,
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance,
): Quantity {
  return compareAll(name, [{ name, got, expected }], tolerance);
}

/** Compares several tensors, each within the tolerance; the error is the largest of all. */
export function compareAll(name: string, pairs: readonly Pair[], tolerance: Tolerance): Quantity {
  const results = pairs.map((pair) => ({ pair, ...difference(pair, tolerance) }));
  const missed = results.filter(({ ok }) => !ok).map(({ pair }) => pair.name);
  const label = pairs.length === 1 ? name : `${name} (${pairs.length} tensors)`;
  return {
    name: missed.length > 0 && pairs.length > 1 ? `${label}, missed: ${missed.join(' ')}` : label,
    error: results.reduce((most, { error }) => (error >= most || Number.isNaN(error) ? error : most), 0),
    tolerance: tolerance.text,
    ok: pairs.length > 0 && missed.length === 0,
  };
}

/** Counts what differs between two lists of texts or numbers, order aside where they are sorted before. */
export function same(name: string, got: readonly unknown[], expected: readonly unknown[]): Quantity {
  let differing = Math.abs(got.length - expected.length);
  for (let index = 0; index < Math.min(got.length, expected.length); index++) {
    if (JSON.stringify(got[index]) !== JSON.stringify(expected[index])) differing++;
  }
  return { name, error: differing, tolerance: EXACT.text, ok: differing === 0 && expected.length > 0 };
}

/** |got - expected| and whether it is within; a NaN never is. */
function difference({ got, expected }: Pair, tolerance: Tolerance): { error: number; ok: boolean } {
  if (got.length !== expected.length || got.length === 0) return { error: Number.NaN, ok: false };
  const { absolute, relative, relativeL2, ofLargest } = tolerance;
  let error = 0;
  let largest = 0;
  let squares = 0;
  let norm = 0;
  let within = true;
  for (let at = 0; at < got.length; at++) {
    const apart = Math.abs(got[at]! - expected[at]!);
    const size = Math.abs(expected[at]!);
    if (!(apart <= error)) error = apart; // keeps a NaN
    largest = Math.max(largest, size);
    squares += apart ** 2;
    norm += size ** 2;
    if (relativeL2 === undefined && !(apart <= (absolute ?? 0) + (relative ?? 0) * size)) within = false;
  }
  if (relativeL2 !== undefined) {
    within = Math.sqrt(squares) <= relativeL2 * Math.sqrt(norm);
    if (ofLargest !== undefined) within &&= error <= absolute! + ofLargest * largest;
  }
  return { error, ok: within };
}
