import type { AttentionEncoder, ClipFrames, PictureTextEncoder } from '@tgm/masking';
import { framesOfAnySize } from '../frames-of.js';
import { resampleBicubic } from '../resample-bicubic.js';

/** The most patches along the short side, for each that the encoder's own pictures have there. */
const MOST_DETAIL = 8;

type Encoder = Omit<PictureTextEncoder, 'describe'> & AttentionEncoder;

/**
 * The same encoder for frames of any size: those that are no whole patches, or are smaller than the pictures that the encoder was
 * trained on, are resized to what it reads best, near their aspect. Others are read as they are.
 *
 * @param side patches along a side of the encoder's own pictures.
 */
export function readablePictures(encoder: Encoder, side: number, patchSize: number): Encoder {
  const own = side * patchSize;
  const readable = (where: string, given: ClipFrames): ClipFrames => {
    const { height, width } = framesOfAnySize(where, given);
    const short = Math.min(height, width);
    const isWhole = height % patchSize === 0 && width % patchSize === 0;
    if (isWhole && short >= own) return given;
    const detail = Math.min(Math.max(short / own, 1), MOST_DETAIL);
    return resized(given, encoder.pictureSize({ height, width }, detail));
  };
  return {
    ...encoder,
    // A picture with fewer patches would be resized again.
    pictureSize(picture, detail) {
      const asked = encoder.pictureSize(picture, detail);
      return detail !== undefined && detail < 1 ? encoder.pictureSize(picture) : asked;
    },
    encodePatches: async (clip) => encoder.encodePatches(readable('encodePatches', clip)),
    encodeAttention: async (clip) => encoder.encodeAttention(readable('encodeAttention', clip)),
  };
}

function resized({ frames, ...from }: ClipFrames, { height, width }: Omit<ClipFrames, 'frames'>): ClipFrames {
  const [before, after] = [from.height * from.width * 3, height * width * 3];
  const count = frames.length / before;
  const pixels = new Uint8Array(count * after);
  const raster = { rows: from.height, columns: from.width, width: 3 };
  for (let frame = 0; frame < count; frame++) {
    const one = Float32Array.from(frames.subarray(frame * before, (frame + 1) * before));
    const larger = resampleBicubic(one, raster, height, width);
    // Rounded, and bound to 0-255.
    pixels.set(Uint8ClampedArray.from(larger), frame * after);
  }
  return { frames: pixels, height, width };
}
