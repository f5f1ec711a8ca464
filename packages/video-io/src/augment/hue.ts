import type { PictureChange } from './picture-change.js';

/**
 * Turns all colours about the axis of greys by `turn` of a full turn: a third makes red green, green blue and blue red. The mean
 * of the three channels stays.
 */
export const hue = (turn: number): PictureChange => {
  const angle = 2 * Math.PI * turn;
  const even = (1 - Math.cos(angle)) / 3;
  const odd = Math.sin(angle) / Math.sqrt(3);
  const [own, next, last] = [Math.cos(angle) + even, even - odd, even + odd];
  return (frames) => {
    for (let at = 0; at < frames.length; at += 3) {
      const [red, green, blue] = [frames[at]!, frames[at + 1]!, frames[at + 2]!];
      frames[at] = byteOf(own * red + next * green + last * blue);
      frames[at + 1] = byteOf(last * red + own * green + next * blue);
      frames[at + 2] = byteOf(next * red + last * green + own * blue);
    }
  };
};

const byteOf = (value: number): number => Math.min(Math.max(Math.round(value), 0), 255);
