import { blend, type PictureChange } from './picture-change.js';

/** Factor 0 is the picture smoothed (3 x 3, the centre five times; the outermost pixels stay), 1 the picture. */
export const sharpness = (factor: number): PictureChange => {
  return (frames, { width, height }) => {
    const stride = width * 3;
    const before = frames.slice();
    for (let frame = 0; frame < frames.length; frame += stride * height) {
      for (let y = 1; y < height - 1; y++) {
        const row = frame + y * stride;
        for (let at = row + 3; at < row + stride - 3; at++) {
          let sum = before[at]! * 4;
          for (let line = at - stride; line <= at + stride; line += stride) {
            sum += before[line - 3]! + before[line]! + before[line + 3]!;
          }
          frames[at] = blend(Math.trunc(sum / 13 + 0.5), before[at]!, factor);
        }
      }
    }
  };
};
