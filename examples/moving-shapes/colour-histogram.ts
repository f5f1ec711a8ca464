import type { Features } from '@tgm/eval';

/** Equal parts of each of red, green and blue. */
const PARTS = 5;
const BINS = PARTS ** 3;

const part = (value: number): number => Math.floor((value * PARTS) / 256);

/**
 * Shares of a clip's pixels by their colour, 125 for each clip: what can be told without knowing where or when anything is.
 *
 * @param clips [T, H, W, 3] RGB, 0-255.
 */
export function colourHistogram(clips: readonly Uint8Array[]): Features {
  const values = new Float32Array(clips.length * BINS);
  clips.forEach((clip, index) => {
    const share = 3 / clip.length;
    for (let at = 0; at < clip.length; at += 3) {
      const bin = (part(clip[at]!) * PARTS + part(clip[at + 1]!)) * PARTS + part(clip[at + 2]!);
      values[index * BINS + bin]! += share;
    }
  });
  return { values, count: clips.length, width: BINS };
}
