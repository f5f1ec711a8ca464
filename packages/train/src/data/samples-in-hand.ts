/** The fewest samples in hand by default, for sources that load one at a time. */
const FEWEST = 4;

/**
 * Samples in hand at most where `prefetch` does not say it: two for each load that the source works on at a time, and those of a
 * batch.
 */
export const samplesInHand = (parallel = 1, ofBatch = 0): number => Math.max(2 * parallel, ofBatch, FEWEST);
