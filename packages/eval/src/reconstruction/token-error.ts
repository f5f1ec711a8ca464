/** Added to the deviation by VideoMAE, so that flat parts become zeros. */
const EPSILON = 1e-6;
const CHANNELS = 3;

/** Mean squared error of a prediction, and of one that knows nothing of the token. */
export interface TokenError {
  readonly error: number;
  readonly baseline: number;
}

/**
 * Against the target of VideoMAE: each colour channel less its mean, over its unbiased deviation plus 1e-6. Who knows nothing says
 * 0.
 *
 * @param pixels [Q] of one token in [0, 1], channel fastest.
 * @param prediction [Q]
 */
export function normalisedError(pixels: Float32Array, prediction: Float32Array): TokenError {
  const count = pixels.length / CHANNELS;
  let error = 0;
  let baseline = 0;
  for (let channel = 0; channel < CHANNELS; channel++) {
    let mean = 0;
    for (let i = channel; i < pixels.length; i += CHANNELS) mean += pixels[i]! / count;
    let squares = 0;
    for (let i = channel; i < pixels.length; i += CHANNELS) squares += (pixels[i]! - mean) ** 2;
    const deviation = Math.sqrt(squares / (count - 1)) + EPSILON;
    for (let i = channel; i < pixels.length; i += CHANNELS) {
      const target = (pixels[i]! - mean) / deviation;
      error += (prediction[i]! - target) ** 2;
      baseline += target ** 2;
    }
  }
  return { error: error / pixels.length, baseline: baseline / pixels.length };
}

/**
 * Against the pixels themselves. Who knows nothing of the token says the mean colour of what is visible.
 *
 * @param colour [3] that mean.
 */
export function pixelError(
  pixels: Float32Array,
  prediction: Float32Array,
  colour: readonly number[],
): TokenError {
  let error = 0;
  let baseline = 0;
  for (const [i, pixel] of pixels.entries()) {
    error += (prediction[i]! - pixel) ** 2;
    baseline += (colour[i % CHANNELS]! - pixel) ** 2;
  }
  return { error: error / pixels.length, baseline: baseline / pixels.length };
}

/** [3] mean of pixels, channel fastest. */
export function meanColour(pixels: Float32Array): number[] {
  const sums = [0, 0, 0];
  for (const [i, pixel] of pixels.entries()) sums[i % CHANNELS]! += pixel;
  return sums.map((sum) => (sum * CHANNELS) / pixels.length);
}
