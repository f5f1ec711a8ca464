import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readFields, snakeFields } from '../config-fields.js';
import { ConfigError } from '../errors.js';
import type { Params } from '../params.js';
import { type VideoMaeClassifier, videoMaeClassifier } from '../video-mae/classifier.js';
import { checkClassifierConfig, VIDEO_MAE_CONFIGS } from '../video-mae/config.js';
import { writeJson } from './json-file.js';
import { loadParams, saveParams, WEIGHTS } from './params-file.js';
import { readPixels, writePixels } from './preprocessor.js';
import { NO_DROPOUT, readVideoMaeJson, VIDEO_MAE_JSON } from './video-mae-json.js';

/** What a config.json of this model says besides the fields of `VideoMaeClassifierConfig`. */
const FIXED = { ...VIDEO_MAE_JSON, useMeanPooling: true };

/** What Hugging Face's classes use where a config.json is silent. */
const ABSENT = {
  ...VIDEO_MAE_CONFIGS.base,
  ...FIXED,
  layerNormEps: 1e-12,
  // nn.LayerNorm's own; VideoMAEForVideoClassification gives it no other.
  poolNormEps: 1e-5,
  id2label: { 0: 'LABEL_0', 1: 'LABEL_1' },
};

/**
 * Writes config.json, preprocessor_config.json and model.safetensors as Hugging Face's
 * `VideoMAEForVideoClassification` and `VideoMAEImageProcessor` read them.
 * @throws CheckpointKeysError when a parameter is missing or has another shape.
 */
export async function saveVideoMaeClassifier(
  folder: string,
  model: VideoMaeClassifier,
  params: Params,
): Promise<void> {
  const { labels, ...config } = model.config;
  await mkdir(folder, { recursive: true });
  await saveParams(join(folder, WEIGHTS), model.parameters, params);
  await writeJson(join(folder, 'config.json'), {
    architectures: ['VideoMAEForVideoClassification'],
    ...snakeFields({ ...FIXED, ...NO_DROPOUT, ...config }),
    id2label: Object.fromEntries(labels.entries()),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
  });
  await writePixels(folder, config.imageSize, model.pixels);
}

/**
 * Opens a folder with the config.json and model.safetensors of a `VideoMAEForVideoClassification`. A
 * preprocessor_config.json gives the scale of pixels; without one it is `IMAGENET_PIXELS`.
 * @throws CheckpointNotFoundError, PickleError, ConfigError, SafetensorsError, or CheckpointKeysError, which lists every
 *   tensor that is missing, unexpected or of another shape.
 */
export async function loadVideoMaeClassifier(
  folder: string,
): Promise<{ model: VideoMaeClassifier; params: Params }> {
  const path = join(folder, 'config.json');
  const given: Record<string, unknown> = { ...ABSENT, ...(await readVideoMaeJson(path)) };
  const fields = readFields(given, path);
  for (const [field, value] of Object.entries(FIXED)) fields.oneOf(field, [value]);
  const labels = labelsOf(given.id2label, path);
  const config = checkClassifierConfig({ ...given, labels }, path);
  const model = videoMaeClassifier(config, { pixels: await readPixels(folder) });
  return { model, params: await loadParams(folder, model) };
}

/** `{ "0": "archery", … }` as a list. */
function labelsOf(names: unknown, path: string): string[] {
  const entries = Object.entries(typeof names === 'object' && names !== null ? names : {});
  return Array.from({ length: entries.length }, (_, id) => {
    const label = entries.find(([key]) => key === String(id))?.[1];
    if (typeof label === 'string') return label;
    throw new ConfigError(path, `id2label, ${id}`, 'the name of a class', label);
  });
}
