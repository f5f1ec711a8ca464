import { join } from 'node:path';
import { optionTable, showValue, text } from '@tgm/options';
import { snakeFields } from '../config-source.js';
import { ModelError } from '../errors.js';
import { classifierModel } from '../model-fields.js';
import { params as paramsField } from '../option-fields.js';
import type { Params } from '../params.js';
import { type VideoMaeClassifier, videoMaeClassifier } from '../video-mae/classifier.js';
import { checkClassifierConfig } from '../video-mae/config.js';
import { makeFolder, writeJson } from './json-file.js';
import type { Json } from './json-keys.js';
import { type LoadOptions, pixelsOf } from './load-options.js';
import { saveParams, WEIGHTS } from './params-file.js';
import { writePixels } from './preprocessor.js';
import { readVideoMaeJson, VIDEO_MAE_JSON, VIDEO_MAE_PIXELS } from './video-mae-json.js';
import { loadVideoMaeParams } from './video-mae-weights.js';

const saved = optionTable(
  'saveVideoMaeClassifier',
  { folder: text(), model: classifierModel(), params: paramsField() },
  ModelError,
);

/**
 * Writes config.json, preprocessor_config.json and model.safetensors as Hugging Face's
 * `VideoMAEForVideoClassification` and `VideoMAEImageProcessor` read them.
 * @throws ModelError with `OPTION_INVALID` or `FILE_FAILED`; CheckpointKeysError when a parameter is missing or has another shape.
 */
export async function saveVideoMaeClassifier(
  folder: string,
  model: VideoMaeClassifier,
  params: Params,
): Promise<void> {
  saved.check({ folder, model, params });
  const { labels, ...config } = model.config;
  await makeFolder(folder);
  await saveParams(join(folder, WEIGHTS), model.parameters, params);
  await writeJson(join(folder, 'config.json'), {
    architectures: ['VideoMAEForVideoClassification'],
    ...snakeFields({ ...VIDEO_MAE_JSON, useMeanPooling: true, ...config }),
    id2label: Object.fromEntries(labels.entries()),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
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
  const config = checkClassifierConfig(source({ labels: labelsOf(path, json) }));
  const model = videoMaeClassifier(config, { pixels: await pixelsIn(config.imageSize) });
  return { model, params: await loadVideoMaeParams('loadVideoMaeClassifier', folder, json, model) };
}

/** Python's classes have two classes where a config.json names and counts none. */
const CLASSES = 2;

/** `{ "0": "archery", … }` as a list; where classes are only counted, Python's names for them. */
function labelsOf(path: string, { id2label: names, num_labels: counted }: Json): string[] {
  const wrong = (key: string, expected: string, received: unknown) =>
    new ModelError('CONFIG_INVALID', {
      where: `${path}, key ${key}`,
      expected,
      received: showValue(received),
    });
  if (names === undefined || names === null) {
    const count = counted ?? CLASSES;
    if (!Number.isSafeInteger(count) || (count as number) < 1) {
      throw wrong(
        'num_labels',
        'a whole number from 1, since a classifier without classes is an encoder',
        count,
      );
    }
    return Array.from({ length: count as number }, (_, id) => `LABEL_${id}`);
  }
  const entries = new Map(Object.entries(names));
  if (entries.size === 0) {
    throw wrong(
      'id2label',
      'the name of at least one class; loadVideoMaeEncoder opens a model without',
      names,
    );
  }
  return Array.from({ length: entries.size }, (_, id) => {
    const label = entries.get(String(id));
    if (typeof label === 'string' && label !== '') return label;
    throw wrong(`id2label, ${id}`, 'the name of a class', label);
  });
}
