import type { AttentionEncoder, ClipFrames, PictureTextEncoder } from '@tgm/masking';
import { showValue } from '@tgm/options';
import { ModelError } from '../errors.js';
import { framesOfAnySize } from '../frames-of.js';
import { resampleBicubic } from '../resample-bicubic.js';
import { MOST_DETAIL } from './whole-pictures.js';

type Encoder = Omit<PictureTextEncoder, 'describe'> & AttentionEncoder;

/**
 * The same encoder for frames of any size: those that are no whole patches, or are smaller than the pictures that the encoder was
 * trained on, are resized to what it reads best, near their aspect. Others are read as they are. So `pictureSize` refuses a `detail`
 * below 1.
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
    pictureSize(picture, detail = 1) {
      if (detail >= 1) return encoder.pictureSize(picture, detail);
      throw new ModelError('OPTION_INVALID', {
        where: 'pictureSize, option detail',
        expected: `from 1 to ${MOST_DETAIL}, since a picture of fewer patches would be resized again`,
        received: showValue(detail),
      });
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
