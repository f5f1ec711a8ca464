import { objectWith, optionTable } from '@tgm/options';
import { TrainError } from '../../errors.js';
import type { FeatureTeacher } from '../with-features.js';

const ARGUMENTS = optionTable(
  'standardisedTeacher',
  { teacher: objectWith<FeatureTeacher>('a teacher of features', ['width', 'describe', 'features']) },
  TrainError,
);

/** Added to the deviation, so that a feature that is the same everywhere becomes zero. */
const EPSILON = 1e-6;

/**
 * The same teacher, each of its features less its mean over all tokens of the clip, over its unbiased deviation + 1e-6: how
 * TrackMAE (CVPR 2026; A) brings CLIP's features to one scale.
 *
 * @throws TrainError `OPTION_INVALID`.
 */
export function standardisedTeacher(teacher: FeatureTeacher): FeatureTeacher {
  ARGUMENTS.check({ teacher });
  const { width } = teacher;
  return {
    width,
    describe: async () => ({ is: 'standardisedTeacher', teacher: await teacher.describe() }),
    features: async (frames) => standardised(await teacher.features(frames), width),
  };
}

/** [N, F] to [N, F]. */
function standardised(features: Float32Array, width: number): Float32Array {
  const tokens = features.length / width;
  const result = new Float32Array(features.length);
  for (let feature = 0; feature < width; feature += 1) {
    let sum = 0;
    for (let at = feature; at < features.length; at += width) sum += features[at]!;
    const mean = sum / tokens;
    let squares = 0;
    for (let at = feature; at < features.length; at += width) squares += (features[at]! - mean) ** 2;
    const deviation = Math.sqrt(squares / Math.max(1, tokens - 1)) + EPSILON;
    for (let at = feature; at < features.length; at += width) result[at] = (features[at]! - mean) / deviation;
  }
  return result;
}
