import { join } from 'node:path';
import { optionTable, text } from '@tgm/options';
import { jsonSource, snakeFields } from '../config-source.js';
import { ModelError } from '../errors.js';
import { patchCodebookField } from '../model-fields.js';
import { params as paramsField } from '../option-fields.js';
import type { Params } from '../params.js';
import { checkPatchCodebookConfig } from '../patch-codebook/config.js';
import { type PatchCodebook, patchCodebook } from '../patch-codebook/patch-codebook.js';
import { SYMMETRIC_PIXELS } from '../pixels.js';
import { makeFolder, readJson, writeJson } from './json-file.js';
import { type Json, requireKeys } from './json-keys.js';
import { type LoadOptions, pixelsOf } from './load-options.js';
import { loadParams, saveParams, WEIGHTS } from './params-file.js';
import { writePixels } from './preprocessor.js';

const MODEL_TYPE = 'patch_codebook';

const saved = optionTable(
  'savePatchCodebook',
  { folder: text(), model: patchCodebookField(), params: paramsField() },
  ModelError,
);

/**
 * Writes config.json, preprocessor_config.json and model.safetensors, for `loadPatchCodebook`; Python has no such class.
 * @param params its parameters, the codes among them; others are left out.
 * @throws ModelError with `OPTION_INVALID` or `FILE_FAILED`; CheckpointKeysError when a parameter is missing or has another shape.
 */
export async function savePatchCodebook(folder: string, model: PatchCodebook, params: Params): Promise<void> {
  saved.check({ folder, model, params });
  await makeFolder(folder);
  await saveParams(join(folder, WEIGHTS), model.parameters, params);
  await writeJson(join(folder, 'config.json'), {
    architectures: ['PatchCodebook'],
    ...snakeFields({ modelType: MODEL_TYPE, ...model.config }),
  });
  await writePixels(folder, 'VideoMAEImageProcessor', model.config.imageSize, model.pixels);
}

const FIXED = [
  {
    key: 'model_type',
    values: [MODEL_TYPE],
    advice: 'The model is of another kind, with a loader of its own.',
  },
];

const PIXELS = { noFile: SYMMETRIC_PIXELS, silentFile: SYMMETRIC_PIXELS };

/**
 * Opens a folder that `savePatchCodebook` wrote. The caller disposes the parameters.
 * @throws as `loadVideoMae`
 */
export async function loadPatchCodebook(
  folder: string,
  options?: LoadOptions,
): Promise<{ model: PatchCodebook; params: Params }> {
  const pixelsIn = pixelsOf('loadPatchCodebook', folder, options, PIXELS);
  const path = join(folder, 'config.json');
  const json = (await readJson(path)) as Json;
  requireKeys(path, json, FIXED);
  const config = checkPatchCodebookConfig(jsonSource(path, json));
  const model = patchCodebook(config, { pixels: await pixelsIn(config.imageSize) });
  return { model, params: await loadParams(folder, model) };
}
