import { InputShapeError } from './errors.js';

/** How pixels 0-255 become the numbers of a model: (pixel / 255 - mean) / std, per channel RGB. */
export interface PixelScale {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Pixels in [0, 1]: the scale of reconstruction targets. */
export const UNIT_PIXELS: PixelScale = { mean: [0, 0, 0], std: [1, 1, 1] };

/** What Video MAE reads (ImageNet's statistics; VideoMAE, arXiv 2203.12602, and its HF image processor). */
export const IMAGENET_PIXELS: PixelScale = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** What CLIP reads (openai/CLIP, clip/clip.py, `_transform`). */
export const CLIP_PIXELS: PixelScale = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};

/**
 * The chosen tokens as the numbers of a model, to fill one clip's place in a batch.
 *
 * @param patches [N, P] pixels of all tokens, as `patchify` gives them.
 * @param indices K token numbers.
 * @param tokenSize P.
 * @param into the array to fill, from number `offset` on; by default a new one.
 * @returns `into`, with [K, P] numbers at `offset`.
 * @throws InputShapeError when a token number is none of `patches`, or `into` has no room.
 */
export function tokensOf(
  patches: Uint8Array,
  indices: ArrayLike<number>,
  tokenSize: number,
  { mean, std }: PixelScale,
  into: Float32Array = new Float32Array(indices.length * tokenSize),
  offset = 0,
): Float32Array {
  const room = into.length - offset;
  if (offset < 0 || indices.length * tokenSize > room) {
    throw new InputShapeError(
      'tokensOf',
      'into',
      `room for ${indices.length} x ${tokenSize}`,
      `room for ${room}`,
    );
  }
  // 3 x 256 possible numbers: looking them up replaces a division a pixel.
  const red = new Float32Array(256);
  const green = new Float32Array(256);
  const blue = new Float32Array(256);
  for (let value = 0; value < 256; value++) {
    red[value] = (value / 255 - mean[0]) / std[0];
    green[value] = (value / 255 - mean[1]) / std[1];
    blue[value] = (value / 255 - mean[2]) / std[2];
  }
  let to = offset;
  for (let k = 0; k < indices.length; k++) {
    const start = tokenStart('tokensOf', patches, indices[k]!, tokenSize);
    for (let from = start; from < start + tokenSize; from += 3, to += 3) {
      into[to] = red[patches[from]!]!;
      into[to + 1] = green[patches[from + 1]!]!;
      into[to + 2] = blue[patches[from + 2]!]!;
    }
  }
  return into;
}

/**
 * Where a token's pixels start.
 * @throws InputShapeError when `patches` has no such token.
 */
export function tokenStart(where: string, patches: Uint8Array, index: number, tokenSize: number): number {
  const count = Math.floor(patches.length / tokenSize);
  if (index >= 0 && index < count) return index * tokenSize;
  throw new InputShapeError(where, 'indices', `0 to ${count - 1}`, `${index}`);
}
