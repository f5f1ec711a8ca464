import { join } from 'node:path';
import { optionTable, text } from '@tgm/options';
import { snakeFields } from '../config-source.js';
import { ModelError } from '../errors.js';
import { encoderField, videoMaeField } from '../model-fields.js';
import { params as paramsField } from '../option-fields.js';
import type { Params } from '../params.js';
import { checkEncoderConfig, checkVideoMaeConfig } from '../video-mae/config.js';
import { type VideoMaeEncoder, videoMaeEncoder } from '../video-mae/encoder.js';
import { type VideoMae, videoMae } from '../video-mae/video-mae.js';
import { makeFolder, writeJson } from './json-file.js';
import { type LoadOptions, pixelsOf } from './load-options.js';
import { saveParams, WEIGHTS } from './params-file.js';
import { writePixels } from './preprocessor.js';
import { readVideoMaeJson, VIDEO_MAE_JSON, VIDEO_MAE_PIXELS } from './video-mae-json.js';
import { loadVideoMaeParams } from './video-mae-weights.js';

const saved = optionTable(
  'saveVideoMae',
  { folder: text(), model: videoMaeField(), params: paramsField() },
  ModelError,
);

/**
 * Writes config.json, preprocessor_config.json and model.safetensors as Hugging Face's `VideoMAEForPreTraining` and
 * `VideoMAEImageProcessor` read them. Parameters that are not the model's, such as those of a loss, are left out.
 * @throws ModelError with `OPTION_INVALID` or `FILE_FAILED`; CheckpointKeysError when a parameter is missing or has another shape.
 */
export async function saveVideoMae(folder: string, model: VideoMae, params: Params): Promise<void> {
  saved.check({ folder, model, params });
  await makeFolder(folder);
  await saveParams(join(folder, WEIGHTS), model.parameters, params);
  await writeJson(join(folder, 'config.json'), {
    architectures: ['VideoMAEForPreTraining'],
    ...snakeFields({ ...VIDEO_MAE_JSON, useMeanPooling: false, ...model.config }),
  });
  await writePixels(folder, 'VideoMAEImageProcessor', model.config.imageSize, model.pixels);
}

const savedEncoder = optionTable(
  'saveVideoMaeEncoder',
  { folder: text(), model: encoderField(), params: paramsField() },
  ModelError,
);

/**
 * Writes config.json, preprocessor_config.json and model.safetensors as Hugging Face's `VideoMAEModel` and
 * `VideoMAEImageProcessor` read them: the encoder alone. Parameters that are not the model's are left out.
 * @throws as `saveVideoMae`
 */
export async function saveVideoMaeEncoder(
  folder: string,
  model: VideoMaeEncoder,
  params: Params,
): Promise<void> {
  savedEncoder.check({ folder, model, params });
  await makeFolder(folder);
  await saveParams(join(folder, WEIGHTS), model.parameters, params);
  await writeJson(join(folder, 'config.json'), {
    architectures: ['VideoMAEModel'],
    ...snakeFields({ ...VIDEO_MAE_JSON, useMeanPooling: false, ...model.config }),
  });
  await writePixels(folder, 'VideoMAEImageProcessor', model.config.imageSize, model.pixels);
}

/**
 * Opens a folder with the config.json and model.safetensors of a `VideoMAEForPreTraining`, under Python's defaults for what
 * config.json leaves out. Preprocessor files give the scale of pixels; without them it is `IMAGENET_PIXELS`.
 * @throws ModelError with `OPTION_INVALID`, `CHECKPOINT_NOT_FOUND`, `FILE_FAILED`, `CHECKPOINT_PICKLED`, `SAFETENSORS_INVALID`, or
 *   `CONFIG_INVALID`, which names the JSON key; CheckpointKeysError, which lists every tensor that is missing, unexpected or of
 *   another shape, and names the loader that would do.
 */
export async function loadVideoMae(
  folder: string,
  options?: LoadOptions,
): Promise<{ model: VideoMae; params: Params }> {
  const pixelsIn = pixelsOf('loadVideoMae', folder, options, VIDEO_MAE_PIXELS);
  const { json, source } = await readVideoMaeJson(join(folder, 'config.json'));
  const config = checkVideoMaeConfig(source());
  const model = videoMae(config, { pixels: await pixelsIn(config.imageSize) });
  return { model, params: await loadVideoMaeParams('loadVideoMae', folder, json, model) };
}

/**
 * Opens the encoder of a folder: of a `VideoMAEModel`, or of the larger `VideoMAEForPreTraining` and
 * `VideoMAEForVideoClassification`, whose other parts are passed by.
 * @throws as `loadVideoMae`
 */
export async function loadVideoMaeEncoder(
  folder: string,
  options?: LoadOptions,
): Promise<{ model: VideoMaeEncoder; params: Params }> {
  const pixelsIn = pixelsOf('loadVideoMaeEncoder', folder, options, VIDEO_MAE_PIXELS);
  const { json, source } = await readVideoMaeJson(join(folder, 'config.json'));
  const config = checkEncoderConfig(source());
  const model = videoMaeEncoder(config, { pixels: await pixelsIn(config.imageSize) });
  return { model, params: await loadVideoMaeParams('loadVideoMaeEncoder', folder, json, model) };
}
