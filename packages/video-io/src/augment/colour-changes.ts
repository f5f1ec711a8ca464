import type { Size } from '../video.js';
import { blend, type PictureChange } from './picture-change.js';

/*
 * Changes of single pixels' colours, each with Pillow's rounding, so that a policy tuned there means the same here.
 * Pictures are changed one by one: histograms and means are those of a frame.
 */

/** Stretches each channel from its least and largest value to 0 and 255. */
export const autoContrast: PictureChange = (frames, size) =>
  mapChannels(frames, size, (histogram) => {
    const low = histogram.findIndex((count) => count > 0);
    const high = histogram.findLastIndex((count) => count > 0);
    if (high <= low) return (value) => value;
    const scale = 255 / (high - low);
    return (value) => Math.trunc(value * scale - low * scale);
  });

/** Makes each channel's histogram flat. */
export const equalize: PictureChange = (frames, size) =>
  mapChannels(frames, size, (histogram) => {
    const filled = histogram.filter((count) => count > 0);
    const step = Math.floor((size.width * size.height - filled.at(-1)!) / 255);
    if (filled.length <= 1 || step === 0) return (value) => value;
    let below = Math.floor(step / 2);
    const table = histogram.map((count) => {
      const value = Math.floor(below / step);
      below += count;
      return value;
    });
    return (value) => table[value]!;
  });

export const invert: PictureChange = (frames) => mapValues(frames, (value) => 255 - value);

/** Keeps the `bits` highest bits, 0 to 8. */
export const posterize = (bits: number): PictureChange => {
  const kept = 256 - 2 ** (8 - bits);
  return (frames) => mapValues(frames, (value) => value & kept);
};

/** Inverts values of `threshold` (0-256) and above. */
export const solarize = (threshold: number): PictureChange => {
  return (frames) => mapValues(frames, (value) => (value < threshold ? value : 255 - value));
};

/** Adds `amount` (0-255) to values below 128. */
export const solarizeAdd = (amount: number): PictureChange => {
  return (frames) => mapValues(frames, (value) => (value < 128 ? value + amount : value));
};

/** Factor 0 is black, 1 the picture. */
export const brightness = (factor: number): PictureChange => {
  return (frames) => mapValues(frames, (value) => blend(0, value, factor));
};

/** Factor 0 is the grey of the frame's mean, 1 the picture. */
export const contrast = (factor: number): PictureChange => {
  return (frames, { width, height }) =>
    eachFrame(frames, { width, height }, (frame) => {
      let sum = 0;
      for (let at = 0; at < frame.length; at += 3) sum += greyOf(frame, at);
      const mean = Math.trunc(sum / (width * height) + 0.5);
      mapValues(frame, (value) => blend(mean, value, factor));
    });
};

/** Factor 0 is the picture in grey, 1 the picture. */
export const colour = (factor: number): PictureChange => {
  return (frames) => {
    for (let at = 0; at < frames.length; at += 3) {
      const grey = greyOf(frames, at);
      for (let channel = at; channel < at + 3; channel++)
        frames[channel] = blend(grey, frames[channel]!, factor);
    }
  };
};

/** ITU-R BT.601 luma in 16-bit fixed point. */
function greyOf(frames: Uint8Array, at: number): number {
  return (frames[at]! * 19595 + frames[at + 1]! * 38470 + frames[at + 2]! * 7471 + 0x8000) >> 16;
}

/** Replaces each of the 256 values. Results are clamped to bytes. */
function mapValues(frames: Uint8Array, change: (value: number) => number): void {
  const table = Uint8ClampedArray.from({ length: 256 }, (_, value) => change(value));
  for (let at = 0; at < frames.length; at++) frames[at] = table[frames[at]!]!;
}

function mapChannels(
  frames: Uint8Array,
  size: Size,
  tableOf: (histogram: number[]) => (value: number) => number,
): void {
  eachFrame(frames, size, (frame) => {
    for (let channel = 0; channel < 3; channel++) {
      const histogram = new Array<number>(256).fill(0);
      for (let at = channel; at < frame.length; at += 3) histogram[frame[at]!]! += 1;
      const change = tableOf(histogram);
      const table = Uint8ClampedArray.from({ length: 256 }, (_, value) => change(value));
      for (let at = channel; at < frame.length; at += 3) frame[at] = table[frame[at]!]!;
    }
  });
}

function eachFrame(frames: Uint8Array, { width, height }: Size, change: (frame: Uint8Array) => void): void {
  const length = width * height * 3;
  for (let at = 0; at < frames.length; at += length) change(frames.subarray(at, at + length));
}
