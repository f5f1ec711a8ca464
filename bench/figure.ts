/** One measured figure; printed as a line of JSON. `ratio` is better when larger. */
export interface Figure {
  readonly figure: string;
  readonly case: string;
  readonly ours: number;
  readonly peer: number | null;
  readonly peerName: string;
  readonly unit: string;
  readonly ratio: number | null;
  /** Null where the figure is told and not judged. */
  readonly bar: number | null;
  readonly ok: boolean | null;
  /** How to get the peer, where it is missing. */
  readonly install?: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Four significant digits. */
export const rounded = (value: number): number => Number(value.toPrecision(4));

/** A figure whose ratio is ours / peer, or peer / ours where less is better. */
export function figure(
  given: Omit<Figure, 'ratio' | 'ok' | 'ours' | 'peer'> & { ours: number; peer: number | null },
  better: 'more' | 'less',
): Figure {
  const { ours, peer } = given;
  const ratio = peer === null ? null : better === 'more' ? ours / peer : peer / ours;
  return {
    ...given,
    ours: rounded(ours),
    peer: peer === null ? null : rounded(peer),
    ratio: ratio === null ? null : rounded(ratio),
    ok: ratio === null || given.bar === null ? null : ratio >= given.bar,
  };
}
