import { join } from 'node:path';
import { optionTable, text } from '@tgm/options';
import { snakeFields } from '../config-source.js';
import { ModelError } from '../errors.js';
import { classifierField } from '../model-fields.js';
import { params as paramsField } from '../option-fields.js';
import type { Params } from '../params.js';
import { type VideoMaeClassifier, videoMaeClassifier } from '../video-mae/classifier.js';
import { checkClassifierConfig } from '../video-mae/config.js';
import { makeFolder, writeJson } from './json-file.js';
import { labelsIn, labelsJson } from './labels-json.js';
import { type LoadOptions, pixelsOf } from './load-options.js';
import { saveParams, WEIGHTS } from './params-file.js';
import { writePixels } from './preprocessor.js';
import { readVideoMaeJson, VIDEO_MAE_JSON, VIDEO_MAE_PIXELS } from './video-mae-json.js';
import { loadVideoMaeParams } from './video-mae-weights.js';

const saved = optionTable(
  'saveVideoMaeClassifier',
  { folder: text(), model: classifierField(), params: paramsField() },
  ModelError,
);

/**
 * Writes config.json, preprocessor_config.json and model.safetensors as Hugging Face's
 * `VideoMAEForVideoClassification` and `VideoMAEImageProcessor` read them. Several groups of labels are one list of classes
 * there, "verb: open" among them, and the key `label_groups`, which Python passes over, tells them apart.
 * @throws ModelError with `OPTION_INVALID` or `FILE_FAILED`; CheckpointKeysError when a parameter is missing or has another shape.
 */
export async function saveVideoMaeClassifier(
  folder: string,
  model: VideoMaeClassifier,
  params: Params,
): Promise<void> {
  saved.check({ folder, model, params });
  const { labels: _, ...config } = model.config;
  await makeFolder(folder);
  await saveParams(join(folder, WEIGHTS), model.parameters, params);
  await writeJson(join(folder, 'config.json'), {
    architectures: ['VideoMAEForVideoClassification'],
    ...snakeFields({ ...VIDEO_MAE_JSON, useMeanPooling: true, ...config }),
    ...labelsJson(model.config.labels),
  });
  await writePixels(folder, 'VideoMAEImageProcessor', config.imageSize, model.pixels);
}

/**
 * Opens a folder with the config.json and model.safetensors of a `VideoMAEForVideoClassification`, under Python's defaults for
 * what config.json leaves out. Preprocessor files give the scale of pixels; without them it is `IMAGENET_PIXELS`.
 * @throws as `loadVideoMae`
 */
export async function loadVideoMaeClassifier(
  folder: string,
  options?: LoadOptions,
): Promise<{ model: VideoMaeClassifier; params: Params }> {
  const pixelsIn = pixelsOf('loadVideoMaeClassifier', folder, options, VIDEO_MAE_PIXELS);
  const path = join(folder, 'config.json');
  const { json, source } = await readVideoMaeJson(path);
  const config = checkClassifierConfig(source({ labels: labelsIn(path, json) }));
  const model = videoMaeClassifier(config, { pixels: await pixelsIn(config.imageSize) });
  return { model, params: await loadVideoMaeParams('loadVideoMaeClassifier', folder, json, model) };
}
