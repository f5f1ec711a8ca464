import type { PatchConfig, PixelScale } from '@tgm/models';
import type { HostTensor } from '../checkpoint/saved-run.js';
import type { TokenJob } from './fill-tokens.js';
import type { NumberBuffers } from './number-buffers.js';

export interface CutTokensParts {
  readonly config: PatchConfig;
  /** [B] clips, [T, H, W, 3] each. */
  readonly frames: readonly Uint8Array[];
  /** [B] lists of K token numbers. */
  readonly lists: readonly Uint32Array[];
  readonly scale: PixelScale;
  /** Frames of each tubelet that are read; default all. */
  readonly readFrames?: number;
}

/** [B, K, P] tokens of a batch that are still to be cut, in memory of the buffers. */
export interface CutTokens {
  readonly tensor: HostTensor & { readonly data: Float32Array };
  /** They fill it. */
  readonly jobs: readonly TokenJob[];
}

export function cutTokens(
  { config, frames, lists, scale, readFrames = config.tubeletSize }: CutTokensParts,
  buffers: NumberBuffers,
): CutTokens {
  const { imageSize, patchSize, numFrames, tubeletSize } = config;
  const size = readFrames * patchSize * patchSize * 3;
  const count = lists[0]!.length;
  const data = buffers.take(lists.length * count * size);
  const cut = { imageSize, patchSize, numFrames, tubeletSize, readFrames };
  const jobs = lists.map((indices, row) => ({
    frames: frames[row]!,
    indices,
    cut,
    scale,
    into: data,
    offset: row * count * size,
  }));
  return { tensor: { shape: [lists.length, count, size], data }, jobs };
}
