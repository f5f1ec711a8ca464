import { chooseIndices, type Random } from '@tgm/random';
import type { Features, Labels } from './features.js';

/** Up to `perClass` examples of each class, in a random order. */
export function rowsPerClass(labels: Labels, perClass: number, random: Random): number[] {
  const taken = new Map<number, number>();
  return Array.from(chooseIndices(labels.length, labels.length, random)).filter((row) => {
    const before = taken.get(labels[row]!) ?? 0;
    taken.set(labels[row]!, before + 1);
    return before < perClass;
  });
}

/** The vectors of some examples. */
export function featuresAt({ values, width }: Features, rows: ArrayLike<number>): Features {
  const chosen = new Float32Array(rows.length * width);
  for (let at = 0; at < rows.length; at++) {
    const start = rows[at]! * width;
    chosen.set(values.subarray(start, start + width), at * width);
  }
  return { values: chosen, count: rows.length, width };
}
