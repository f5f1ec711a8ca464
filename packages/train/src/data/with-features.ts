import { callable, type Description, objectWith, optionTable, showValue, wholeNumber } from '@tgm/options';
import { TrainError } from '../errors.js';
import { descriptionOf } from './description-of.js';
import type { ExampleSource, TrainingExample } from './examples.js';
import { requireFinite } from './finite-numbers.js';
import { requireSource } from './require-source.js';
import { sourceFacts } from './source-facts.js';

/** Says numbers of each token of a clip, which a loss predicts. Frozen: a function of the pixels. */
export interface FeatureTeacher {
  /** F, numbers of a token. */
  readonly width: number;
  /** What it is, its parameters included: another teacher is another run. */
  describe(): Description | Promise<Description>;
  /**
   * @param frames [T, H, W, 3] RGB, 0-255, in the model's size.
   * @returns [N, F] in the order of the model's tokens.
   */
  features(frames: Uint8Array): Promise<Float32Array> | Float32Array;
}

const TEACHER = optionTable(
  'withFeatures',
  { teacher: objectWith<FeatureTeacher>('a teacher of features', ['width', 'describe', 'features']) },
  TrainError,
);
const TEACHER_WHERE = 'withFeatures, argument teacher';
const MEMBERS = optionTable(TEACHER_WHERE, { describe: callable(), features: callable() }, TrainError);
const WIDTH = optionTable(TEACHER_WHERE, { width: wholeNumber({ from: 1 }) }, TrainError);

/**
 * The same examples with the features that a teacher makes of their frames, whenever they are loaded.
 *
 * @throws TrainError `OPTION_INVALID`, `NO_EXAMPLES` for an empty source; `load` throws `OPTION_INVALID` for a teacher that
 *   gives something else than F finite numbers a token, `describe` for one that does not say what it is.
 */
export function withFeatures<Cues extends object>(
  source: ExampleSource<Cues>,
  teacher: FeatureTeacher,
): ExampleSource<Cues> {
  requireSource('withFeatures', source);
  TEACHER.check({ teacher });
  const { describe, features } = teacher;
  MEMBERS.check({ describe, features });
  const { width } = WIDTH.check({ width: teacher.width });

  async function taught(example: TrainingExample<Cues>): Promise<TrainingExample<Cues>> {
    const features: unknown = await teacher.features(example.frames);
    const where = async (): Promise<string> => {
      const { is } = await descriptionOf(TEACHER_WHERE, teacher);
      return `${TEACHER_WHERE} (${is}), example "${example.id}"`;
    };
    if (features instanceof Float32Array && features.length > 0 && features.length % width === 0) {
      if (!features.every(Number.isFinite)) requireFinite('OPTION_INVALID', await where(), features);
      return { ...example, features };
    }
    throw new TrainError('OPTION_INVALID', {
      where: await where(),
      expected: `a Float32Array of ${width} numbers a token`,
      received: features instanceof Float32Array ? `${features.length} numbers` : showValue(features),
    });
  }

  return {
    ...sourceFacts(source),
    featureWidth: width,
    describe: async () => ({
      is: 'withFeatures',
      source: await source.describe(),
      teacher: await descriptionOf(TEACHER_WHERE, teacher),
    }),
    async load(index, random) {
      const examples = await source.load(index, random);
      return Promise.all(examples.map(taught));
    },
  };
}
