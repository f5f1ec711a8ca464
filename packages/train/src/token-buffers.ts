/**
 * Memory of the batches' tokens, used again from step to step: fresh pages for megabytes of tokens cost more than
 * filling them.
 */
export type TokenBuffers = (purpose: string, length: number) => Float32Array;

/** Buffers for `count` batches at a time, used in turn by the step's number. */
export function tokenBuffers(count: number): (step: number) => TokenBuffers {
  const sets = Array.from({ length: count }, () => new Map<string, Float32Array>());
  return (step) => (purpose, length) => {
    const set = sets[step % sets.length]!;
    const kept = set.get(purpose);
    if (kept?.length === length) return kept;
    const fresh = new Float32Array(length);
    set.set(purpose, fresh);
    return fresh;
  };
}
