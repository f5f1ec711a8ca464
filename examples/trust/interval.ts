/** A mean over clips with its 95 % interval. */
export interface Interval {
  readonly mean: number;
  /** Half the width: 1.96 standard errors, with clips as the units. Absent with one clip, which tells no width. */
  readonly half?: number;
  readonly clips: number;
}

const NORMAL_95 = 1.96;

/** @param values one number for each clip, at least one. */
export function intervalOf(values: readonly number[]): Interval {
  const clips = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / clips;
  if (clips === 1) return { mean, clips };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (clips - 1);
  return { mean, half: NORMAL_95 * Math.sqrt(variance / clips), clips };
}

/** `97.8 ± 0.4`, in per cent of shares. */
export const intervalText = ({ mean, half }: Interval): string =>
  [mean, half].flatMap((share) => (share === undefined ? [] : (100 * share).toFixed(1))).join(' ± ');
