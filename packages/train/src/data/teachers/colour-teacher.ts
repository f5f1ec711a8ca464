import { createHash } from 'node:crypto';
import { type PatchConfig, tokenGridOf } from '@tgm/models';
import { objectWith, optionTable, passing } from '@tgm/options';
import { TrainError } from '../../errors.js';
import type { FeatureTeacher } from '../with-features.js';
import { requireFrames } from './require-frames.js';

export interface ColourTeacherOptions {
  /** [K, 3] colours, 0-255, from `colourClusters`. */
  readonly colours: Float32Array;
  /** The model that learns: how clips are cut into tokens. */
  readonly student: { readonly config: PatchConfig };
}

const OPTIONS = optionTable(
  'colourTeacher',
  {
    colours: passing(
      'colours, a Float32Array of three finite numbers each, at least two of them',
      (value): value is Float32Array =>
        value instanceof Float32Array &&
        value.length >= 6 &&
        value.length % 3 === 0 &&
        value.every(Number.isFinite),
    ),
    student: objectWith<{ readonly config: PatchConfig }>('the model that learns', ['config']),
  } satisfies Record<keyof ColourTeacherOptions, unknown>,
  TrainError,
);

/**
 * Says of each token the number of the cluster that its mean colour is nearest to, from 0 and below K; of two as near the lower.
 * For `tokenLoss` and, in iGPT's form, `causalMasking` (M. Chen et al., Generative Pretraining from Pixels, ICML 2020).
 *
 * What is less than iGPT (R): a clip has one colour a token, 8 x 14 x 14 of VideoMAE's clips, where iGPT has 32 x 32 to 64 x 64
 * pixels a picture. The order is that of slices of time and not of pixels. And the encoder reads the pixels of what is visible,
 * where iGPT reads clusters.
 *
 * `features` throws TrainError `OPTION_INVALID` for other frames than the model's.
 *
 * @throws TrainError `OPTION_INVALID`.
 */
export function colourTeacher(options: ColourTeacherOptions): FeatureTeacher {
  const { colours, student } = OPTIONS.check(options);
  const { imageSize, patchSize, numFrames, tubeletSize } = student.config;
  const { slices, rows, columns } = tokenGridOf({ imageSize, patchSize, numFrames, tubeletSize });
  const pixels = tubeletSize * patchSize * patchSize;
  return {
    width: 1,
    describe: () => ({
      is: 'colourTeacher',
      colours: colours.length / 3,
      digest: createHash('sha256')
        .update(Buffer.from(Float32Array.from(colours).buffer))
        .digest('hex'),
    }),
    features(frames) {
      requireFrames('colourTeacher', student.config, frames);
      // [N, 3] sums of the colours of each token.
      const sums = new Float64Array(slices * rows * columns * 3);
      let from = 0;
      for (let frame = 0; frame < numFrames; frame++) {
        for (let y = 0; y < imageSize; y++) {
          const row = (Math.floor(frame / tubeletSize) * rows + Math.floor(y / patchSize)) * columns;
          for (let x = 0; x < imageSize; x++) {
            const token = (row + Math.floor(x / patchSize)) * 3;
            sums[token]! += frames[from++]!;
            sums[token + 1]! += frames[from++]!;
            sums[token + 2]! += frames[from++]!;
          }
        }
      }
      return Float32Array.from({ length: sums.length / 3 }, (_, token) =>
        nearest(
          colours,
          sums[3 * token]! / pixels,
          sums[3 * token + 1]! / pixels,
          sums[3 * token + 2]! / pixels,
        ),
      );
    },
  };
}

/** The number of the colour that is nearest by Euclid. */
function nearest(colours: Float32Array, red: number, green: number, blue: number): number {
  let found = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let at = 0; at < colours.length; at += 3) {
    const distance =
      (colours[at]! - red) ** 2 + (colours[at + 1]! - green) ** 2 + (colours[at + 2]! - blue) ** 2;
    if (distance >= least) continue;
    least = distance;
    found = at / 3;
  }
  return found;
}
