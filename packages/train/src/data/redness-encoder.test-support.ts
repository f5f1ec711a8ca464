import type { PatchTextEncoder } from '@tgm/masking';

/** An encoder whose numbers can be followed by hand: one patch a frame, [red, 255 - red] normalised; "red" is [1, 0]. */
export const redness: PatchTextEncoder = {
  async encodePatches({ frames, height, width }) {
    const count = frames.length / (height * width * 3);
    const values = new Float32Array(count * 2);
    for (let frame = 0; frame < count; frame++) {
      const red = frames[frame * height * width * 3]!;
      const length = Math.hypot(red, 255 - red);
      values.set([red / length, (255 - red) / length], frame * 2);
    }
    return { values, frameCount: count, rows: 1, columns: 1, width: 2 };
  },
  async encodeText(captions) {
    return {
      values: Float32Array.from(captions.flatMap((caption) => (caption === 'red' ? [1, 0] : [0, 1]))),
      count: captions.length,
      width: 2,
    };
  },
};
