/** How far a result may be from the reference's. Without any member: not at all. */
export interface Tolerance {
  /** As the fixture words it. */
  readonly text: string;
  /** Element by element: |got - expected| at most absolute + relative * |expected|. */
  readonly absolute?: number;
  readonly relative?: number;
  /** |got - expected| over |expected|, both as vectors. */
  readonly relativeL2?: number;
  /** The largest |got - expected| at most this much of the largest |expected|, besides `absolute`. */
  readonly ofLargest?: number;
}

export const EXACT: Tolerance = { text: 'exact' };

/** Of numbers up to 1 that two programs round from the same double: one place of float32. */
export const ROUNDING: Tolerance = { text: 'abs 1.2e-7', absolute: 1.2e-7 };

const NUMBER = '(\\d[\\d.]*(?:e-?\\d+)?)';
const RELATIVE_L2 = new RegExp(`relative L2[^<;]*<= ${NUMBER}`);
const MAX_ABSOLUTE = new RegExp(`max abs <= ${NUMBER}(?: \\+ ${NUMBER} \\* max)?`);
const ABSOLUTE = new RegExp(`^abs ${NUMBER}(?: \\+ rel ${NUMBER})?`);
const RELATIVE = new RegExp(`^rel(?:ative)? ${NUMBER}`);

/**
 * Reads the words of a fixture: "abs 2e-5 + rel 1e-4", "rel 1e-12", "exact", "per tensor: relative L2 error <= 1e-4 and
 * max abs <= 1e-6 + 1e-4 * max|grad|".
 * @throws Error when they say none of that.
 */
export function parseTolerance(words: string): Tolerance {
  const relativeL2 = RELATIVE_L2.exec(words);
  if (relativeL2) {
    const largest = MAX_ABSOLUTE.exec(words);
    return {
      text: largest
        ? `L2 ${relativeL2[1]}, abs ${largest[1]} + ${largest[2] ?? 0} max`
        : `L2 ${relativeL2[1]}`,
      relativeL2: Number(relativeL2[1]),
      ...(largest ? { absolute: Number(largest[1]), ofLargest: Number(largest[2] ?? 0) } : {}),
    };
  }
  const absolute = ABSOLUTE.exec(words);
  if (absolute) {
    return { text: absolute[0], absolute: Number(absolute[1]), relative: Number(absolute[2] ?? 0) };
  }
  const relative = RELATIVE.exec(words);
  if (relative) return { text: relative[0], relative: Number(relative[1]) };
  if (/^(exact|contract only)/.test(words)) return EXACT;
  throw new Error(`The tolerance "${words}" is not understood.`);
}

/**
 * The tolerance of a quantity in a fixture's table, where one row may name several: "features, patch".
 * @throws Error when no row names it.
 */
export function toleranceOf(table: Readonly<Record<string, string>>, quantity: string): Tolerance {
  for (const [names, words] of Object.entries(table)) {
    if (names.split(', ').includes(quantity)) return parseTolerance(words);
  }
  throw new Error(`The fixture states no tolerance for "${quantity}".`);
}
