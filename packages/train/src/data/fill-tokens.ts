import { type FrameTokensConfig, frameTokens, type PixelScale } from '@tgm/models';

/** Tokens of one clip to be cut from its frames. Plain data, so that it can be done on another thread. */
export interface TokenJob {
  /** [T, H, W, 3] RGB, 0-255. */
  readonly frames: Uint8Array;
  /** K token numbers. */
  readonly indices: Uint32Array;
  /** How frames are cut, and how many frames of each tubelet are read. */
  readonly cut: FrameTokensConfig;
  readonly scale: PixelScale;
  /** [B, K, P] of a whole batch. */
  readonly into: Float32Array;
  /** Where the clip's numbers begin in it. */
  readonly offset: number;
}

/**
 * Cuts the tokens of jobs into their arrays. Threads hand memory over: what comes back for an array is to be used in its
 * place.
 */
export type FillTokens = (jobs: readonly TokenJob[]) => Promise<ReadonlyMap<Float32Array, Float32Array>>;

/** Whoever fills, until it is closed. */
export interface TokenFiller {
  readonly fill: FillTokens;
  close(): Promise<void>;
}

/** On the calling thread. */
export const fillHere: TokenFiller = {
  async fill(jobs) {
    for (const { frames, indices, cut, scale, into, offset } of jobs) {
      frameTokens(frames, cut, indices, scale, into, offset);
    }
    return new Map(jobs.map(({ into }) => [into, into]));
  },
  close: async () => undefined,
};
