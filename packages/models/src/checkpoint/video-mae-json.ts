import { camelFields } from '../config-fields.js';
import { readJson } from './json-file.js';

/** What every config.json of a Video MAE says besides the fields of its configuration here. */
export const VIDEO_MAE_JSON = {
  modelType: 'videomae',
  numChannels: 3,
  hiddenAct: 'gelu',
  qkvBias: true,
};

/** Written, so that training the model in Python is training this one. */
export const NO_DROPOUT = { hiddenDropoutProb: 0, attentionProbsDropoutProb: 0 };

/** The fields of a config.json; `qkv_bias` is called `qv_bias` since transformers 5. */
export async function readVideoMaeJson(path: string): Promise<Record<string, unknown>> {
  const { qvBias, ...fields } = camelFields(await readJson(path));
  return qvBias === undefined ? fields : { qkvBias: qvBias, ...fields };
}
