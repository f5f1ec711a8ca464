import type { PictureChange } from './picture-change.js';

/** Weights are cut off at so many standard deviations. */
const REACH = 3;

/** Blurs by a Gaussian of `sigma` pixels, above 0. Behind the edges the outermost pixels go on. */
export const gaussianBlur = (sigma: number): PictureChange => {
  const weights = weightsOf(sigma);
  return (frames, { width, height }) => {
    const stride = width * 3;
    const across = new Float32Array(stride * height);
    for (let at = 0; at < frames.length; at += stride * height) {
      const frame = frames.subarray(at, at + stride * height);
      for (let row = 0; row < frame.length; row += stride) {
        for (let x = 0; x < width; x++) blurPixel(frame, across, weights, row, x, width, 3);
      }
      for (let x = 0; x < stride; x += 3) {
        for (let y = 0; y < height; y++) blurPixel(across, frame, weights, x, y, height, stride);
      }
    }
  };
};

/** [2 R + 1] weights of a pixel's neighbours, from the first to the last; their sum is 1. */
function weightsOf(sigma: number): Float64Array {
  const reach = Math.ceil(REACH * sigma);
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** One pixel of a line that begins at `start` and has `count` pixels, `step` numbers apart. Bytes are rounded. */
function blurPixel(
  from: Uint8Array | Float32Array,
  to: Uint8Array | Float32Array,
  weights: Float64Array,
  start: number,
  pixel: number,
  count: number,
  step: number,
): void {
  const reach = weights.length >> 1;
  let [red, green, blue] = [0, 0, 0];
  for (let i = -reach; i <= reach; i++) {
    const other = start + Math.min(Math.max(pixel + i, 0), count - 1) * step;
    const weight = weights[i + reach]!;
    red += weight * from[other]!;
    green += weight * from[other + 1]!;
    blue += weight * from[other + 2]!;
  }
  const at = start + pixel * step;
  const whole = to instanceof Uint8Array;
  to[at] = whole ? Math.round(red) : red;
  to[at + 1] = whole ? Math.round(green) : green;
  to[at + 2] = whole ? Math.round(blue) : blue;
}
