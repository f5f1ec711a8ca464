import { DECODE_CASES, type DecodeCase } from '../decode/cases.js';

/** The videos of the `decode` figure, loaded into batches of 16 x 224 x 224 as VideoMAE pre-trains on them. */
export const LOADER_CASES: readonly DecodeCase[] = DECODE_CASES.filter(
  ({ cores, files }) => cores === 'one' && files === 'one',
);

export const LOADING = {
  /** Different videos, and how often each is in the data set: an epoch is a turn. */
  videos: 4,
  copies: 10,
  batch: 4,
  frameCount: 16,
  stride: 4,
  side: 224,
} as const;
