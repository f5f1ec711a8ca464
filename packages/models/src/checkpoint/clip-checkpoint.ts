import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clip, clip } from '../clip/clip.js';
import { CLIP_VIT_B_32, checkClipConfig } from '../clip/config.js';
import { type ClipTokenizer, clipTokenizer } from '../clip/tokenizer.js';
import { camelFields, readFields, snakeFields } from '../config-fields.js';
import type { Params } from '../params.js';
import { CLIP_PIXELS } from '../pixels.js';
import { readJson, writeJson } from './json-file.js';
import { loadParams, saveParams, WEIGHTS } from './params-file.js';

export interface ClipCheckpoint {
  readonly clip: Clip;
  readonly params: Params;
  readonly tokenizer: ClipTokenizer;
}

/**
 * Writes config.json, model.safetensors, tokenizer.json, tokenizer_config.json and preprocessor_config.json as Hugging Face's
 * `CLIPModel` and `CLIPProcessor` read them.
 * @throws CheckpointKeysError when a parameter is missing or has another shape.
 */
export async function saveClip(folder: string, { clip, params, tokenizer }: ClipCheckpoint): Promise<void> {
  const { projectionDim, logitScaleInitValue, textConfig, visionConfig } = clip.config;
  await mkdir(folder, { recursive: true });
  await saveParams(join(folder, WEIGHTS), clip.parameters, params);
  await writeJson(join(folder, 'tokenizer.json'), tokenizer.json);
  await writeJson(join(folder, 'tokenizer_config.json'), tokenizer.config);
  const { imageSize } = visionConfig;
  await writeJson(join(folder, 'preprocessor_config.json'), {
    image_processor_type: 'CLIPImageProcessor',
    size: { shortest_edge: imageSize },
    crop_size: { height: imageSize, width: imageSize },
    image_mean: CLIP_PIXELS.mean,
    image_std: CLIP_PIXELS.std,
  });
  await writeJson(join(folder, 'config.json'), {
    architectures: ['CLIPModel'],
    model_type: 'clip',
    ...snakeFields({ projectionDim, logitScaleInitValue }),
    text_config: snakeFields({
      modelType: 'clip_text_model',
      ...textConfig,
      projectionDim,
      bosTokenId: tokenizer.startId,
      eosTokenId: tokenizer.endId,
    }),
    vision_config: snakeFields({
      modelType: 'clip_vision_model',
      numChannels: 3,
      ...visionConfig,
      projectionDim,
    }),
  });
}

/**
 * Opens a folder with the files of a `CLIPModel`, tokenizer.json and tokenizer_config.json among them.
 * @throws CheckpointNotFoundError, ConfigError, SafetensorsError, or CheckpointKeysError, which lists every
 *   tensor that is missing, unexpected or of another shape.
 */
export async function loadClip(folder: string): Promise<ClipCheckpoint> {
  const path = join(folder, 'config.json');
  const given = camelFields(await readJson(path));
  readFields({ modelType: 'clip', ...given }, path).oneOf('modelType', ['clip']);
  const vision = { numChannels: 3, ...tower(given.visionConfig) };
  readFields(vision, `${path}, visionConfig`).oneOf('numChannels', [3]);
  // Hugging Face's classes have the values of ViT-B/32 where a config.json is silent.
  const config = checkClipConfig(
    {
      ...CLIP_VIT_B_32,
      ...given,
      textConfig: { ...CLIP_VIT_B_32.textConfig, ...tower(given.textConfig) },
      visionConfig: { ...CLIP_VIT_B_32.visionConfig, ...vision },
    },
    path,
  );
  const tokenizer = clipTokenizer(
    await readJson(join(folder, 'tokenizer.json')),
    await readJson(join(folder, 'tokenizer_config.json')),
    config.textConfig.maxPositionEmbeddings,
  );
  const model = clip(config);
  const params = await loadParams(folder, model);
  return { clip: model, params, tokenizer };
}

function tower(json: unknown): object {
  return typeof json === 'object' && json !== null ? camelFields(json) : {};
}
