import { showValue } from '@tgm/options';
import { CLIP_MODEL_VIT_B_32 } from '../clip-model/config.js';
import { type ConfigSource, jsonSource, snakeFields } from '../config-source.js';
import { ModelError } from '../errors.js';
import { readJson } from './json-file.js';
import { type FixedKey, type Json, requireKeys, squareSides } from './json-keys.js';

const FIXED: readonly FixedKey[] = [
  {
    key: 'model_type',
    values: ['clip'],
    advice:
      'The model is of another kind. "clip_text_model" and "clip_vision_model" are one tower alone, and loadClipModel opens ' +
      'what Python\'s CLIPModel saves; loadVideoMae, loadVideoMaeEncoder and loadVideoMaeClassifier open "videomae".',
  },
];

const VISION_FIXED: readonly FixedKey[] = [
  { key: 'num_channels', values: [3], advice: 'Pictures are RGB here.' },
];

/** Python's default, which differs from what older checkpoints say. */
const TEXT_ABSENT = { ...CLIP_MODEL_VIT_B_32.textConfig, eosTokenId: 49407 };

/**
 * The config.json of a CLIP, with the defaults of Python's `CLIPConfig`, those of ViT-B/32.
 * @throws ModelError with `CHECKPOINT_NOT_FOUND`, or `CONFIG_INVALID` for what no model here computes.
 */
export async function readClipModelJson(path: string): Promise<ConfigSource> {
  const json = (await readJson(path)) as Json;
  requireKeys(path, json, FIXED);
  const text = tower(path, json, 'text_config');
  const vision = tower(path, json, 'vision_config');
  requireKeys(`${path}, ${text.key}`, text.json, []);
  requireKeys(`${path}, ${vision.key}`, vision.json, VISION_FIXED);
  const { projectionDim, logitScaleInitValue, visionConfig } = CLIP_MODEL_VIT_B_32;
  return jsonSource(path, {
    ...snakeFields({ projectionDim, logitScaleInitValue }),
    ...json,
    text_config: { ...snakeFields(TEXT_ABSENT), ...text.json },
    vision_config: {
      ...snakeFields(visionConfig),
      ...squareSides(`${path}, ${vision.key}`, vision.json, ['image_size', 'patch_size']),
    },
  });
}

/** A tower's configuration. The older `text_config_dict`, where it is there, replaces `text_config` whole, as in Python. */
function tower(path: string, json: Json, key: 'text_config' | 'vision_config'): { key: string; json: Json } {
  const older = json[`${key}_dict`] ?? undefined;
  const [name, value] = older === undefined ? [key, json[key] ?? {}] : [`${key}_dict`, older];
  if (typeof value === 'object') return { key: name, json: value as Json };
  throw new ModelError('CONFIG_INVALID', {
    where: `${path}, key ${name}`,
    expected: 'an object',
    received: showValue(value),
  });
}
