import type * as tf from '@tensorflow/tfjs';
import type { Random } from '@tgm/masking';
import { callable, type Field, passing } from '@tgm/options';
import type { Clip } from './clip/clip.js';
import type { ClipTokenizer } from './clip/tokenizer.js';
import type { Params } from './params.js';
import { isPixelScale } from './pixels.js';
import type { VideoMaeClassifier } from './video-mae/classifier.js';
import type { VideoMaeEncoder } from './video-mae/encoder.js';
import type { VideoMae } from './video-mae/video-mae.js';

/** Any text, the empty one too. */
export const anyText = (): Field<string> =>
  passing('a text', (value): value is string => typeof value === 'string');

/** A generator of numbers in [0, 1). */
export const generator = (): Field<Random> => callable<Random>();

/** Bytes, from whichever thread or context. */
export const bytes = (): Field<Uint8Array> =>
  passing('bytes in a Uint8Array', (value): value is Uint8Array => isArrayOf(value, 'Uint8Array'));

/** Tensors by name; whether they are those of a model is seen where they are read. */
export const params = (): Field<Params> =>
  passing(
    'the parameters by name, each a tensor',
    (value): value is Params => isRecord(value) && Object.values(value).every(isTensor),
  );

export const videoMaeModel = (): Field<VideoMae> =>
  made('what videoMae() gives', ['imageSize'], ['init', 'encode', 'decode']);

export const encoderModel = (): Field<VideoMaeEncoder> =>
  made('what videoMaeEncoder() or videoMae() gives', ['imageSize'], ['init', 'encode']);

export const classifierModel = (): Field<VideoMaeClassifier> =>
  made('what videoMaeClassifier() gives', ['imageSize', 'labels'], ['init', 'encode', 'pool', 'classify']);

export const clipModel = (): Field<Clip> =>
  made(
    'what clip() gives',
    ['textConfig', 'visionConfig'],
    ['encodeImage', 'patchFeatures', 'encodeText', 'hiddenTokens'],
  );

export const clipTokenizerField = (): Field<ClipTokenizer> =>
  passing('what clipTokenizer() gives', (value): value is ClipTokenizer => {
    if (!isRecord(value) || !isRecord(value.json) || !isRecord(value.config)) return false;
    const numbers = [value.contextLength, value.startId, value.endId, value.eosTokenId];
    return numbers.every(Number.isSafeInteger) && typeof value.encode === 'function';
  });

/** An object that is no list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a typed array of this name. `instanceof` would not know those of another context. */
export function isArrayOf(value: unknown, name: string): boolean {
  return Object.prototype.toString.call(value) === `[object ${name}]`;
}

function isTensor(value: unknown): value is tf.Tensor {
  return isRecord(value) && Array.isArray(value.shape) && typeof value.dtype === 'string';
}

/** A model that a function of this package made. */
function made<T extends { readonly config: object }>(
  what: string,
  config: readonly (keyof T['config'] & string)[],
  functions: readonly (keyof T & string)[],
): Field<T> {
  return passing(
    what,
    (value): value is T =>
      isRecord(value) &&
      isRecord(value.config) &&
      config.every((field) => (value.config as Record<string, unknown>)[field]) &&
      Array.isArray(value.parameters) &&
      isPixelScale(value.pixels) &&
      functions.every((name) => typeof value[name] === 'function'),
  );
}
