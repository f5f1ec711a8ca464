import type { PatchConfig } from '@tgm/models';
import {
  describer,
  objectWith,
  optional,
  optionTable,
  recorded,
  unrecorded,
  wholeNumber,
} from '@tgm/options';
import { TrainError } from '../../errors.js';
import type { FeatureTeacher } from '../with-features.js';
import { hog } from './hog.js';
import { requireFrames } from './require-frames.js';

export interface HogTeacherOptions {
  /** The model that learns: its clips and tokens. */
  readonly student: { readonly config: PatchConfig };
  /** Directions that are told apart, over half a turn. Default 9. */
  readonly bins?: number;
  /** Pixels of a cell's side, a divisor of the patch's. Default 8 where it divides a larger patch, else half an even patch. */
  readonly cellSize?: number;
}

const OPTIONS = optionTable(
  'hogTeacher',
  {
    student: unrecorded(objectWith<HogTeacherOptions['student']>('a VideoMae, or its encoder', ['config'])),
    bins: optional(wholeNumber({ from: 1 }), 9),
    cellSize: optional(wholeNumber({ from: 1 })),
  } satisfies Record<keyof HogTeacherOptions, unknown>,
  TrainError,
);

/** MaskFeat's cell. */
const CELL = 8;

/**
 * Histograms of oriented gradients as features: MaskFeat's target (Wei et al., arXiv 2112.09133). Of each tubelet its first frame is
 * read, of each colour channel 9 directions, in cells of 8 x 8 pixels; F = 3 * 9 * 4 for patches of 16 pixels. Nothing is learned. A clip of
 * 16 frames of 224 x 224 costs some 50 ms of the calling thread.
 *
 * The histograms are those of the authors' code (A). scikit-image's `hog` is another one: it takes plain differences that are
 * zero at the border, the colour channel with the largest of them alone, and normalises over blocks of cells.
 *
 * `features` throws TrainError `OPTION_INVALID` for other frames than the student's.
 *
 * @throws TrainError `OPTION_INVALID`.
 */
export function hogTeacher(options: HogTeacherOptions): FeatureTeacher {
  const checked = OPTIONS.check(options);
  const { student, bins } = checked;
  const { imageSize, patchSize, numFrames, tubeletSize } = student.config;
  const { cellSize = patchSize > CELL && patchSize % CELL === 0 ? CELL : patchSize / 2 } = checked;
  if (!Number.isInteger(patchSize / cellSize) || !Number.isInteger(cellSize)) {
    throw new TrainError('OPTION_INVALID', {
      where: 'hogTeacher, option cellSize',
      expected: `a divisor of the patch's ${patchSize} pixels`,
      received:
        checked.cellSize === undefined ? 'nothing, and half a patch is no whole number' : `${cellSize}`,
    });
  }
  const shape = { imageSize, patchSize, numFrames, tubeletSize, bins, cellSize };
  return {
    width: 3 * bins * (patchSize / cellSize) ** 2,
    describe: describer('hogTeacher', recorded(OPTIONS, { ...checked, cellSize })),
    features(frames) {
      requireFrames('hogTeacher', shape, frames);
      return hog(frames, shape);
    },
  };
}
