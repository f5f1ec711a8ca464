import type { VideoMaeEncoder } from '@tgm/models';
import { type Field, objectWith, passing, wholeNumber } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import type { Features, LabelledFeatures, Labels } from './features.js';

/** Features as an option; `checkFeatures` looks at their numbers. */
export const features = (): Field<Features> => objectWith('features', ['values', 'count', 'width']);

/** Labels as an option; `checkLabels` looks at each of them. */
export const labels = (): Field<Labels> =>
  passing('a list of labels', (value): value is Labels => isArrayLike(value));

export const classCount = (): Field<number> => wholeNumber({ from: 1 });

/** The fields of `LabelledFeatures`, for the tables of all that measure them. */
export const labelledFeatures = {
  train: features(),
  trainLabels: labels(),
  test: features(),
  testLabels: labels(),
  classes: classCount(),
} satisfies Record<keyof LabelledFeatures, unknown>;

export const engineField = (): Field<Engine> => objectWith('an engine', ['compile']);

export const encoderField = (): Field<VideoMaeEncoder> =>
  objectWith('a model of videoMae or videoMaeEncoder', ['config', 'grid', 'tokenSize', 'pixels', 'encode']);

/** Named subsets, each with a mark for every test example. */
export const subsetMarks = (): Field<Readonly<Record<string, ArrayLike<boolean>>>> =>
  passing(
    'lists of true and false by name',
    (value): value is Readonly<Record<string, ArrayLike<boolean>>> =>
      typeof value === 'object' && value !== null && Object.values(value).every(isArrayLike),
  );

export const isArrayLike = (value: unknown): value is ArrayLike<unknown> & Labels =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

/** Values by name, at least one; each is looked at by a table of its own. `but` is a name that none may have. */
export const byName = <T>(what: string, but?: string): Field<Readonly<Record<string, T>>> =>
  passing(
    `${what} by name, at least one${but === undefined ? '' : ` and none called "${but}"`}`,
    (value): value is Readonly<Record<string, T>> =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.keys(value).length > 0 &&
      (but === undefined || !(but in value)),
  );

/** Marks of a subset, one for each example. */
export const marks = (): Field<ArrayLike<boolean>> =>
  passing('a list of true and false', (value): value is ArrayLike<boolean> => isArrayLike(value));

/** Numbers in single precision, from whichever thread or context. */
export const floats = (): Field<Float32Array> =>
  passing(
    'a Float32Array',
    (value): value is Float32Array => Object.prototype.toString.call(value) === '[object Float32Array]',
  );

/** The pixels of one clip. */
export const bytes = (): Field<Uint8Array> =>
  passing(
    'bytes',
    (value): value is Uint8Array =>
      ArrayBuffer.isView(value) && 'BYTES_PER_ELEMENT' in value && value.BYTES_PER_ELEMENT === 1,
  );
