import { type Field, passing } from '@tgm/options';
import type { ClipModel } from './clip-model/clip-model.js';
import type { ClipModelTokenizer } from './clip-model/tokenizer.js';
import { isRecord } from './option-fields.js';
import type { PatchCodebook } from './patch-codebook/patch-codebook.js';
import { isPixelScale } from './pixels.js';
import type { VideoMaeClassifier } from './video-mae/classifier.js';
import type { VideoMaeEncoder } from './video-mae/encoder.js';
import type { VideoMae } from './video-mae/video-mae.js';

/** Models as options. */

export const videoMaeField = (): Field<VideoMae> =>
  made('what videoMae() gives', ['imageSize', 'numHiddenLayers'], ['init', 'describe', 'encode', 'decode']);

export const encoderField = (): Field<VideoMaeEncoder> =>
  made(
    'what videoMaeEncoder() or videoMae() gives',
    ['imageSize', 'numHiddenLayers'],
    ['init', 'describe', 'encode'],
  );

export const classifierField = (): Field<VideoMaeClassifier> =>
  made(
    'what videoMaeClassifier() gives',
    ['imageSize', 'labels'],
    ['init', 'describe', 'encode', 'pool', 'classify'],
  );

export const patchCodebookField = (): Field<PatchCodebook> =>
  made(
    'what patchCodebook() gives',
    ['imageSize', 'codes'],
    ['init', 'describe', 'encode', 'nearest', 'codesOf', 'decode'],
  );

export const clipModelField = (): Field<ClipModel> =>
  made(
    'what clipModel() gives',
    ['textConfig', 'visionConfig'],
    ['describe', 'encodeImage', 'patchFeatures', 'encodeText', 'tokensAtDepth'],
  );

export const clipModelTokenizerField = (): Field<ClipModelTokenizer> =>
  passing('what clipModelTokenizer() gives', (value): value is ClipModelTokenizer => {
    if (!isRecord(value) || !isRecord(value.json) || !isRecord(value.config)) return false;
    const numbers = [value.contextLength, value.startId, value.endId, value.eosTokenId];
    return numbers.every(Number.isSafeInteger) && typeof value.encode === 'function';
  });

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
