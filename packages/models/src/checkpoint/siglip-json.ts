import { showValue } from '@tgm/options';
import { type ConfigSource, jsonSource, snakeFields } from '../config-source.js';
import { ModelError } from '../errors.js';
import { SIGLIP_BASE } from '../siglip-model/config.js';
import { readJson } from './json-file.js';
import { type FixedKey, type Json, requireKeys, squareSides } from './json-keys.js';

const TOWER: readonly FixedKey[] = [
  { key: 'hidden_act', values: ['gelu_pytorch_tanh'], advice: 'SigLIP has the GELU by tanh.' },
];
const FIXED = {
  text_config: TOWER,
  vision_config: [
    ...TOWER,
    { key: 'num_channels', values: [3], advice: 'Pictures are RGB here.' },
    { key: 'vision_use_head', values: [true], advice: 'Patches speak through the pooling head.' },
  ],
} as const;

/**
 * The config.json of a SigLIP, with the defaults of Python's `SiglipConfig`, those of `google/siglip-base-patch16-224`.
 * @throws ModelError with `CHECKPOINT_NOT_FOUND`, or `CONFIG_INVALID` for what no model here computes.
 */
export async function readSiglipJson(path: string): Promise<ConfigSource> {
  const json = (await readJson(path)) as Json;
  requireKeys(path, json, [
    { key: 'model_type', values: ['siglip'], advice: 'The model is of another kind.' },
  ]);
  const [text, vision] = (['text_config', 'vision_config'] as const).map((key) => tower(path, json, key));
  const { projectionSize, ...textConfig } = SIGLIP_BASE.textConfig;
  const textKeys = { ...snakeFields(textConfig), ...text };
  return jsonSource(path, {
    text_config: { ...textKeys, projection_size: text!.projection_size ?? textKeys.hidden_size },
    vision_config: {
      ...snakeFields(SIGLIP_BASE.visionConfig),
      ...squareSides(`${path}, vision_config`, vision!, ['image_size', 'patch_size']),
    },
  });
}

function tower(path: string, json: Json, key: keyof typeof FIXED): Json {
  const value = json[key] ?? {};
  if (typeof value !== 'object')
    throw new ModelError('CONFIG_INVALID', {
      where: `${path}, key ${key}`,
      expected: 'an object',
      received: showValue(value),
    });
  requireKeys(`${path}, ${key}`, value as Json, FIXED[key]);
  return value as Json;
}
