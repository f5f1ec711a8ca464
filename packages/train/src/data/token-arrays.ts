import type { TokenJob } from './fill-tokens.js';

/** The different arrays of jobs, in their order. */
export const arraysOf = (jobs: readonly TokenJob[]): Float32Array[] => [
  ...new Set(jobs.map(({ into }) => into)),
];

/** Their memory, to be handed over with them. */
export const buffersOf = (arrays: readonly Float32Array[]): ArrayBuffer[] =>
  arrays.map(({ buffer }) => buffer as ArrayBuffer);
