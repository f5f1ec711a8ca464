import type { TokenMask } from '@tgm/masking';
import { type PatchConfig, patchify, tokenSizeOf, unpatchify } from '@tgm/models';

export interface ReconstructOptions {
  /** [T, H, W, 3] RGB, 0-255: the input. Only its visible patches are read. */
  readonly frames: Uint8Array;
  readonly mask: TokenMask;
  /** [M, P] the decoder's output for `mask.masked`: pixels normalised per patch and channel. */
  readonly prediction: Float32Array;
  readonly config: PatchConfig;
}

/** Slices before and after a masked patch whose visible patches tell of it. */
const NEIGHBOUR_SLICES = 1;

/**
 * The clip as the model completes it: visible patches from the input, masked ones predicted, [T, H, W, 3].
 *
 * The decoder's target is normalised by each masked patch's own mean and deviation, which the model never saw.
 * Here both are estimated, per channel, from visible patches of the same and the neighbouring slices (of all
 * slices where those have none), weighted by the inverse square of their distance in cells and slices.
 */
export function reconstruct({ frames, mask, prediction, config }: ReconstructOptions): Uint8Array {
  const size = tokenSizeOf(config);
  if (prediction.length !== mask.masked.length * size) {
    throw new RangeError(
      `reconstruct: ${mask.masked.length} masked patches of ${size} numbers need ${mask.masked.length * size}, ${prediction.length} came.`,
    );
  }
  const patches = patchify(frames, config); // [N, P]
  const visible = Array.from(mask.visible, (token) => ({
    ...placeOf(token, mask.grid),
    ...channelMoments(patches.subarray(token * size, (token + 1) * size)),
  }));
  const completed = new Uint8ClampedArray(patches.length); // rounds and clamps to 0-255
  for (const token of mask.visible)
    completed.set(patches.subarray(token * size, (token + 1) * size), token * size);
  for (const [index, token] of mask.masked.entries()) {
    const { mean, deviation } = estimate(placeOf(token, mask.grid), visible);
    for (let i = 0; i < size; i++) {
      const channel = i % 3;
      completed[token * size + i] = prediction[index * size + i]! * deviation[channel]! + mean[channel]!;
    }
  }
  return unpatchify(new Uint8Array(completed.buffer), config);
}

/** The first frame of each slice: [T, H, W, 3] to [S, H, W, 3]. */
export function firstFrames(
  frames: Uint8Array,
  { numFrames, tubeletSize, imageSize }: PatchConfig,
): Uint8Array {
  const size = imageSize * imageSize * 3;
  const firsts = new Uint8Array((numFrames / tubeletSize) * size);
  for (let slice = 0; slice * tubeletSize < numFrames; slice++) {
    const start = slice * tubeletSize * size;
    firsts.set(frames.subarray(start, start + size), slice * size);
  }
  return firsts;
}

interface Place {
  readonly slice: number;
  readonly row: number;
  readonly column: number;
}

/** [3] of pixels 0-255, one for each channel. */
interface Moments {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

function placeOf(token: number, { rows, columns }: TokenMask['grid']): Place {
  const patch = token % (rows * columns);
  return {
    slice: (token - patch) / (rows * columns),
    row: Math.floor(patch / columns),
    column: patch % columns,
  };
}

/** Mean and unbiased deviation per channel of one patch [P], channel fastest: the target's own normalisation. */
function channelMoments(pixels: Uint8Array): Moments {
  const count = pixels.length / 3;
  const mean = new Float64Array(3);
  const deviation = new Float64Array(3);
  for (let i = 0; i < pixels.length; i++) mean[i % 3]! += pixels[i]! / count;
  for (let i = 0; i < pixels.length; i++) deviation[i % 3]! += (pixels[i]! - mean[i % 3]!) ** 2 / (count - 1);
  return { mean, deviation: deviation.map(Math.sqrt) };
}

function estimate(place: Place, visible: readonly (Place & Moments)[]): Moments {
  const near = visible.filter(({ slice }) => Math.abs(slice - place.slice) <= NEIGHBOUR_SLICES);
  const mean = new Float64Array(3);
  const deviation = new Float64Array(3);
  let total = 0;
  for (const other of near.length > 0 ? near : visible) {
    const weight =
      1 /
      ((other.row - place.row) ** 2 + (other.column - place.column) ** 2 + (other.slice - place.slice) ** 2);
    total += weight;
    for (let channel = 0; channel < 3; channel++) {
      mean[channel]! += weight * other.mean[channel]!;
      deviation[channel]! += weight * other.deviation[channel]!;
    }
  }
  return { mean: mean.map((sum) => sum / total), deviation: deviation.map((sum) => sum / total) };
}
