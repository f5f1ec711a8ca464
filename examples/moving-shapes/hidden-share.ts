import type { TokenMask } from '@tgm/masking';

/** A token with more than this share of its pixels on the object belongs to the object. */
export const OBJECT_TOKEN = 0.05;

/** How much of an object a mask hides, in [0, 1]. */
export interface HiddenShare {
  /** Of the tokens that belong to the object. */
  readonly tokens: number;
  /** Of its visible pixels: each token counts by what of it the object covers. */
  readonly pixels: number;
}

/**
 * @param coverage [tokens] share of each token that the object covers.
 * @returns undefined where no token belongs to the object.
 */
export function hiddenShare({ masked }: TokenMask, coverage: Float32Array): HiddenShare | undefined {
  let tokens = 0;
  let pixels = 0;
  for (const token of masked) {
    if (coverage[token]! > OBJECT_TOKEN) tokens += 1;
    pixels += coverage[token]!;
  }
  const all = coverage.reduce((count, part) => count + (part > OBJECT_TOKEN ? 1 : 0), 0);
  if (all === 0) return undefined;
  return { tokens: tokens / all, pixels: pixels / coverage.reduce((sum, part) => sum + part, 0) };
}
