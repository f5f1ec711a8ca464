/**
 * Memory of the batches' tokens, used again when a batch has been used: fresh pages for megabytes of tokens cost more than
 * filling them.
 */
export interface NumberBuffers {
  /** An array of exactly this length; what it holds is of no meaning. */
  take(length: number): Float32Array;
  /** For arrays that nobody reads any more. */
  giveBack(arrays: readonly Float32Array[]): void;
}

export function numberBuffers(): NumberBuffers {
  const free = new Map<number, Float32Array[]>();
  return {
    take: (length) => free.get(length)?.pop() ?? new Float32Array(length),
    giveBack(arrays) {
      for (const array of arrays) free.set(array.length, [...(free.get(array.length) ?? []), array]);
    },
  };
}
