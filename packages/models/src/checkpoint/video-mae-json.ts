import { type ConfigSource, jsonSource, snakeFields } from '../config-source.js';
import { IMAGENET_PIXELS, SYMMETRIC_PIXELS } from '../pixels.js';
import { VIDEO_MAE_CONFIGS } from '../video-mae/config.js';
import { readJson } from './json-file.js';
import { type FixedKey, type Json, requireKeys, squareSides } from './json-keys.js';

/** What a config.json of a Video MAE says besides the fields of its configuration here. */
const FIXED: readonly FixedKey[] = [
  {
    key: 'model_type',
    values: ['videomae'],
    advice:
      'The model is of another kind. loadClipModel opens "clip". Weights under names of VideoMAE or VideoMAEv2 open with ' +
      'loadParams(folder, model), where videoMae, videoMaeEncoder or videoMaeClassifier makes the model.',
  },
  {
    key: 'num_channels',
    values: [3],
    advice: 'Frames are RGB here.',
  },
  {
    key: 'hidden_act',
    values: ['gelu', 'gelu_python'],
    advice: 'The blocks compute the exact GELU, as the published models do.',
  },
];

/** What is written besides; no dropout, so that training the model in Python is training this one. */
export const VIDEO_MAE_JSON = {
  modelType: 'videomae',
  numChannels: 3,
  hiddenAct: 'gelu',
  qkvBias: true,
  hiddenDropoutProb: 0,
  attentionProbsDropoutProb: 0,
};

/** What Python's `VideoMAEConfig` has where a config.json is silent. */
const ABSENT = {
  ...VIDEO_MAE_CONFIGS.base,
  qkvBias: true,
  useMeanPooling: true,
  layerNormEps: 1e-12,
  // nn.LayerNorm's own: Python's classes give their last norms no other.
  decoderNormEps: 1e-5,
  poolNormEps: 1e-5,
};

/** The scale of published models, which is not the default of Python's `VideoMAEImageProcessor`. */
export const VIDEO_MAE_PIXELS = { noFile: IMAGENET_PIXELS, silentFile: SYMMETRIC_PIXELS };

/** The config.json of a Video MAE. */
export interface VideoMaeJson {
  readonly json: Json;
  /** Its fields, with Python's defaults and `more`. */
  source(more?: Json): ConfigSource;
}

/** @throws ModelError with `CHECKPOINT_NOT_FOUND`, or `CONFIG_INVALID` for what no model here computes. */
export async function readVideoMaeJson(path: string): Promise<VideoMaeJson> {
  const json = (await readJson(path)) as Json;
  requireKeys(path, json, FIXED);
  const { qv_bias: qvBias, ...square } = squareSides(path, json, ['image_size', 'patch_size']);
  // `qkv_bias` is called `qv_bias` since transformers 5.
  const fields = { ...snakeFields(ABSENT), ...(qvBias !== undefined && { qkv_bias: qvBias }), ...square };
  return { json, source: (more = {}) => jsonSource(path, { ...fields, ...more }) };
}
