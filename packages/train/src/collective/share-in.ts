import type { Collective } from './collective.js';

/** This process's share of batches, as options of those who make them. */
export const shareIn = (
  collective: Collective | undefined,
): { readonly rank?: number; readonly ranks?: number } =>
  collective ? { rank: collective.rank, ranks: collective.size } : {};
