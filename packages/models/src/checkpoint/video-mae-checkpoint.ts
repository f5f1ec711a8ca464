import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readFields, snakeFields } from '../config-fields.js';
import type { Params } from '../params.js';
import { checkVideoMaeConfig, VIDEO_MAE_CONFIGS } from '../video-mae/config.js';
import { type VideoMae, videoMae } from '../video-mae/video-mae.js';
import { writeJson } from './json-file.js';
import { loadParams, saveParams, WEIGHTS } from './params-file.js';
import { readPixels, writePixels } from './preprocessor.js';
import { NO_DROPOUT, readVideoMaeJson, VIDEO_MAE_JSON } from './video-mae-json.js';

/** What a config.json of this model says besides the fields of `VideoMaeConfig`. */
const FIXED = {
  ...VIDEO_MAE_JSON,
  // Pooling would take the encoder's final norm away.
  useMeanPooling: false,
};

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
 * `VideoMAEImageProcessor` read them. Parameters that are not the model's, such as those of a loss, are left out.
 * @throws CheckpointKeysError when a parameter is missing or has another shape.
 */
export async function saveVideoMae(folder: string, model: VideoMae, params: Params): Promise<void> {
  await mkdir(folder, { recursive: true });
  await saveParams(join(folder, WEIGHTS), model.parameters, params);
  await writeJson(join(folder, 'config.json'), {
    architectures: ['VideoMAEForPreTraining'],
    ...snakeFields({ ...FIXED, ...NO_DROPOUT, ...model.config }),
  });
  await writePixels(folder, model.config.imageSize, model.pixels);
}

/**
 * Opens a folder with the config.json and model.safetensors of a `VideoMAEForPreTraining`. A preprocessor_config.json
 * gives the scale of pixels; without one it is `IMAGENET_PIXELS`.
 * @throws CheckpointNotFoundError, PickleError, ConfigError, SafetensorsError, or CheckpointKeysError, which lists every
 *   tensor that is missing, unexpected or of another shape.
 */
export async function loadVideoMae(folder: string): Promise<{ model: VideoMae; params: Params }> {
  const path = join(folder, 'config.json');
  const given = { ...ABSENT, ...(await readVideoMaeJson(path)) };
  const fields = readFields(given, path);
  for (const [field, value] of Object.entries(FIXED)) fields.oneOf(field, [value]);
  const pixels = await readPixels(folder);
  const model = videoMae(checkVideoMaeConfig(given, path), { pixels });
  return { model, params: await loadParams(folder, model) };
}
