import type { Size } from '../video.js';
import type { PictureChange } from './picture-change.js';

/** What shows where a picture was moved away: the grey that RandAugment's policies fill with. */
const FILL = 128;

/** Maps a pixel of the result to the place in the picture that it shows: x = a x' + b y' + c, y = d x' + e y' + f. */
type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Turned anticlockwise about the centre by `degrees`. */
export const rotate = (degrees: number): PictureChange =>
  affine(({ width, height }) => {
    const angle = (degrees * Math.PI) / 180;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const [x, y] = [width / 2, height / 2];
    return [cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y];
  });

/** Each row moved left by `amount` times its distance from the top. */
export const shearX = (amount: number): PictureChange => affine(() => [1, amount, 0, 0, 1, 0]);

/** Each column moved up by `amount` times its distance from the left. */
export const shearY = (amount: number): PictureChange => affine(() => [1, 0, 0, amount, 1, 0]);

/** Moved left by a part of the width. */
export const translateX = (part: number): PictureChange =>
  affine(({ width }) => [1, 0, part * width, 0, 1, 0]);

/** Moved up by a part of the height. */
export const translateY = (part: number): PictureChange =>
  affine(({ height }) => [1, 0, 0, 0, 1, part * height]);

/** Bilinear, truncated as Pillow does, pixel centres at halves. Places and weights are worked out once for all frames. */
function affine(mapOf: (size: Size) => Affine): PictureChange {
  return (frames, size) => {
    const { width, height } = size;
    const [a, b, c, d, e, f] = mapOf(size);
    const stride = width * 3;
    const before = frames.slice();
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const across = a * (x + 0.5) + b * (y + 0.5) + c;
        const down = d * (x + 0.5) + e * (y + 0.5) + f;
        const to = y * stride + x * 3;
        if (across < 0 || across >= width || down < 0 || down >= height) {
          for (let at = to; at < frames.length; at += stride * height) frames.fill(FILL, at, at + 3);
          continue;
        }
        // Beyond the outermost centres the nearest pixel shows.
        const left = Math.min(Math.max(across - 0.5, 0), width - 1);
        const top = Math.min(Math.max(down - 0.5, 0), height - 1);
        const [column, row] = [Math.floor(left), Math.floor(top)];
        const [wx, wy] = [left - column, top - row];
        const from = row * stride + column * 3;
        const right = column + 1 < width ? 3 : 0;
        const below = row + 1 < height ? stride : 0;
        for (let frame = 0; frame < frames.length; frame += stride * height) {
          for (let at = frame + from, channel = 0; channel < 3; at++, channel++) {
            const upper = before[at]! + wx * (before[at + right]! - before[at]!);
            const lower = before[at + below]! + wx * (before[at + below + right]! - before[at + below]!);
            frames[frame + to + channel] = Math.trunc(upper + wy * (lower - upper));
          }
        }
      }
    }
  };
}
