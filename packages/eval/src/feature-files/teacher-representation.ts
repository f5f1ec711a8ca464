import type { Description } from '@tgm/options';
import {
  describer,
  objectWith,
  optional,
  optionTable,
  recorded,
  showValue,
  unrecorded,
  wholeNumber,
} from '@tgm/options';
import { EvaluationError } from '../errors.js';
import { type ClipRepresentation, descriptionOf } from './clip-representation.js';

/** A frozen function of a clip that tells numbers of each token. The teachers of `@tgm/train` are such. */
export interface TokenTeacher {
  /** F, numbers of a token. */
  readonly width: number;
  describe(): Description | Promise<Description>;
  /**
   * @param frames [T, H, W, 3] RGB, 0-255.
   * @returns [N, F]
   */
  features(frames: Uint8Array): Float32Array | Promise<Float32Array>;
}

export interface TeacherRepresentationOptions {
  readonly teacher: TokenTeacher;
  /** N, how many tokens it tells of, each of which keeps its vector; by default a clip has the mean of them. */
  readonly tokens?: number;
}

const OPTIONS = optionTable(
  'teacherRepresentation',
  {
    teacher: unrecorded(objectWith<TokenTeacher>('a teacher', ['width', 'describe', 'features'])),
    tokens: optional(wholeNumber({ from: 1 })),
  } satisfies Record<keyof TeacherRepresentationOptions, unknown>,
  EvaluationError,
);

/**
 * What a teacher says of a clip: CLIP's patches, latents of another video model, codes, gradients.
 *
 * @throws EvaluationError `OPTION_INVALID`; `features` throws `SHAPE_MISMATCH` for a teacher that tells of another number of tokens.
 */
export function teacherRepresentation(options: TeacherRepresentationOptions): ClipRepresentation {
  const checked = OPTIONS.check(options);
  const { teacher, tokens } = checked;
  const { width } = teacher;
  const describe = describer('teacherRepresentation', recorded(OPTIONS, checked));

  async function taught(frames: Uint8Array): Promise<Float32Array> {
    const values: unknown = await teacher.features(frames);
    const whole = values instanceof Float32Array && values.length > 0 && values.length % width === 0;
    if (whole && (tokens === undefined || values.length === tokens * width))
      return tokens === undefined ? meanOf(values, width) : values;
    throw new EvaluationError('SHAPE_MISMATCH', {
      where: 'teacherRepresentation, option teacher',
      expected: `${tokens ?? 'some'} tokens of ${width} numbers, in a Float32Array`,
      received: values instanceof Float32Array ? `${values.length} numbers` : showValue(values),
    });
  }

  return {
    width,
    ...(tokens !== undefined && { tokens }),
    describe: async () => ({
      ...describe(),
      teacher: await descriptionOf('teacherRepresentation, option teacher, describe', teacher),
    }),
    async features(clips) {
      const size = (tokens ?? 1) * width;
      const rows = new Float32Array(clips.length * size);
      for (const [at, frames] of clips.entries()) rows.set(await taught(frames), at * size);
      return rows;
    },
  };
}

/** [N, F] to [F] */
function meanOf(values: Float32Array, width: number): Float32Array {
  const sums = new Float64Array(width);
  for (const [at, value] of values.entries()) sums[at % width]! += value;
  return Float32Array.from(sums, (sum) => (sum * width) / values.length);
}
