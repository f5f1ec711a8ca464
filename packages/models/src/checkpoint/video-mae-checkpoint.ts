import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { camelFields, readFields, snakeFields } from '../config-fields.js';
import { CheckpointNotFoundError } from '../errors.js';
import type { Params } from '../params.js';
import { IMAGENET_PIXELS, type PixelScale } from '../pixels.js';
import { checkVideoMaeConfig, VIDEO_MAE_CONFIGS } from '../video-mae/config.js';
import { type VideoMae, videoMae } from '../video-mae/video-mae.js';
import { readJson, writeJson } from './json-file.js';
import { loadParams, saveParams } from './params-file.js';

/** What a config.json of this model says besides the fields of `VideoMaeConfig`. */
const FIXED = {
  modelType: 'videomae',
  numChannels: 3,
  hiddenAct: 'gelu',
  qkvBias: true,
  // Pooling would take the encoder's final norm away.
  useMeanPooling: false,
};

const PREPROCESSOR = 'preprocessor_config.json';

/** What Hugging Face's classes use where a config.json is silent. */
const ABSENT = {
  ...VIDEO_MAE_CONFIGS.base,
  ...FIXED,
  useMeanPooling: true,
  layerNormEps: 1e-12,
  // nn.LayerNorm's own; VideoMAEDecoder gives it no other.
  decoderNormEps: 1e-5,
};

/**
 * Writes config.json, preprocessor_config.json and model.safetensors as Hugging Face's `VideoMAEForPreTraining` and
 * `VideoMAEImageProcessor` read them. Parameters
 * that are not the model's, such as those of a loss, are left out.
 * @throws CheckpointKeysError when a parameter is missing or has another shape.
 */
export async function saveVideoMae(folder: string, model: VideoMae, params: Params): Promise<void> {
  await mkdir(folder, { recursive: true });
  await saveParams(join(folder, 'model.safetensors'), model.parameters, params);
  await writeJson(join(folder, 'config.json'), {
    architectures: ['VideoMAEForPreTraining'],
    ...snakeFields({ ...FIXED, hiddenDropoutProb: 0, attentionProbsDropoutProb: 0, ...model.config }),
  });
  const { imageSize } = model.config;
  await writeJson(join(folder, PREPROCESSOR), {
    image_processor_type: 'VideoMAEImageProcessor',
    size: { shortest_edge: imageSize },
    crop_size: { height: imageSize, width: imageSize },
    image_mean: model.pixels.mean,
    image_std: model.pixels.std,
  });
}

/**
 * Opens a folder with the config.json and model.safetensors of a `VideoMAEForPreTraining`. A preprocessor_config.json
 * gives the scale of pixels; without one it is `IMAGENET_PIXELS`.
 * @throws CheckpointNotFoundError, ConfigError, SafetensorsError, or CheckpointKeysError, which lists every
 *   tensor that is missing, unexpected or of another shape.
 */
export async function loadVideoMae(folder: string): Promise<{ model: VideoMae; params: Params }> {
  const path = join(folder, 'config.json');
  const given = { ...ABSENT, ...camelFields(await readJson(path)) };
  const fields = readFields(given, path);
  for (const [field, value] of Object.entries(FIXED)) fields.oneOf(field, [value]);
  const pixels = await readPixels(join(folder, PREPROCESSOR));
  const model = videoMae(checkVideoMaeConfig(given, path), { pixels });
  return { model, params: await loadParams(join(folder, 'model.safetensors'), model.parameters) };
}

async function readPixels(path: string): Promise<PixelScale> {
  const given = await readJson(path).catch((error: unknown) => {
    if (error instanceof CheckpointNotFoundError) return {};
    throw error;
  });
  const fields = readFields(
    { image_mean: IMAGENET_PIXELS.mean, image_std: IMAGENET_PIXELS.std, ...given },
    path,
  );
  return { mean: fields.channels('image_mean'), std: fields.channels('image_std', 'above 0') };
}
