import { join } from 'node:path';
import { optionTable, text } from '@tgm/options';
import { type ClipModel, clipModel } from '../clip-model/clip-model.js';
import { checkClipModelConfig } from '../clip-model/config.js';
import type { ClipModelTokenizer } from '../clip-model/tokenizer.js';
import { snakeFields } from '../config-source.js';
import { CheckpointKeysError, ModelError } from '../errors.js';
import { clipModelField, clipModelTokenizerField } from '../model-fields.js';
import { params as paramsField } from '../option-fields.js';
import type { Params } from '../params.js';
import { CLIP_MODEL_PIXELS } from '../pixels.js';
import { readClipModelJson } from './clip-model-json.js';
import { readClipModelTokenizer } from './clip-model-tokenizer-files.js';
import { makeFolder, writeJson } from './json-file.js';
import { type LoadOptions, pixelsOf } from './load-options.js';
import { isOpenClipFolder, loadOpenClipParams, OPEN_CLIP_CONFIG } from './open-clip-folder.js';
import { readOpenClipJson } from './open-clip-json.js';
import { loadParams, saveParams, WEIGHTS } from './params-file.js';
import { writePixels } from './preprocessor.js';

export interface ClipModelCheckpoint {
  readonly model: ClipModel;
  readonly params: Params;
  readonly tokenizer: ClipModelTokenizer;
}

const saved = optionTable('saveClipModel', { folder: text() }, ModelError);
const checkpoint = optionTable(
  'saveClipModel',
  { model: clipModelField(), params: paramsField(), tokenizer: clipModelTokenizerField() } satisfies Record<
    keyof ClipModelCheckpoint,
    unknown
  >,
  ModelError,
);

/**
 * Writes config.json, model.safetensors, tokenizer.json, tokenizer_config.json and preprocessor_config.json as Hugging Face's
 * `CLIPModel` and `CLIPProcessor` read them.
 * @throws ModelError with `OPTION_INVALID` or `FILE_FAILED`; CheckpointKeysError when a parameter is missing or has another shape.
 */
export async function saveClipModel(folder: string, given: ClipModelCheckpoint): Promise<void> {
  saved.check({ folder });
  const { model: clipModel, params, tokenizer } = checkpoint.check(given);
  const { projectionDim, logitScaleInitValue, textConfig, visionConfig } = clipModel.config;
  await makeFolder(folder);
  await saveParams(join(folder, WEIGHTS), clipModel.parameters, params);
  await writeJson(join(folder, 'tokenizer.json'), tokenizer.json);
  await writeJson(join(folder, 'tokenizer_config.json'), tokenizer.config);
  await writePixels(folder, 'CLIPImageProcessor', visionConfig.imageSize, clipModel.pixels);
  await writeJson(join(folder, 'config.json'), {
    architectures: ['CLIPModel'],
    model_type: 'clip',
    ...snakeFields({ projectionDim, logitScaleInitValue }),
    text_config: snakeFields({
      modelType: 'clip_text_model',
      eosTokenId: tokenizer.eosTokenId,
      ...textConfig,
      projectionDim,
      bosTokenId: tokenizer.startId,
    }),
    vision_config: snakeFields({
      modelType: 'clip_vision_model',
      numChannels: 3,
      ...visionConfig,
      projectionDim,
    }),
  });
}

const PIXELS = { noFile: CLIP_MODEL_PIXELS, silentFile: CLIP_MODEL_PIXELS };

/**
 * Opens a folder with the files of a `CLIPModel` or of open_clip, and with those of its tokenizer: tokenizer.json and
 * tokenizer_config.json, or vocab.json and merges.txt. What config.json or open_clip_config.json leaves out has Python's defaults.
 * Preprocessor files give the scale of pixels; without them it is `CLIP_MODEL_PIXELS`.
 * @throws as `loadVideoMae`
 */
export async function loadClipModel(folder: string, options?: LoadOptions): Promise<ClipModelCheckpoint> {
  const pixelsIn = pixelsOf('loadClipModel', folder, options, PIXELS);
  return (await isOpenClipFolder(folder)) ? loadOpenClip(folder, options) : loadHuggingFace(folder, pixelsIn);
}

async function loadOpenClip(folder: string, options: LoadOptions = {}): Promise<ClipModelCheckpoint> {
  const { config, pixels } = await readOpenClipJson(join(folder, OPEN_CLIP_CONFIG));
  const { eosTokenId, maxPositionEmbeddings } = config.textConfig;
  const tokenizer = await readClipModelTokenizer(folder, maxPositionEmbeddings, eosTokenId);
  const model = clipModel(config, { pixels: options.pixels ?? pixels });
  return { model, params: await loadOpenClipParams(folder, model), tokenizer };
}

async function loadHuggingFace(
  folder: string,
  pixelsIn: ReturnType<typeof pixelsOf>,
): Promise<ClipModelCheckpoint> {
  const source = await readClipModelJson(join(folder, 'config.json'));
  const config = checkClipModelConfig(source);
  const { eosTokenId, ...textConfig } = config.textConfig;
  const otherEnd = (endId: number): ModelError =>
    source
      .within('textConfig')
      .fault(
        'eosTokenId',
        `${endId}, the id of the end token of tokenizer.json, since Python reads a text there; or 2, for its largest id`,
        `${eosTokenId}`,
        'Python takes 49407 where the key is missing. Write the right id into config.json.',
      );
  const { maxPositionEmbeddings } = textConfig;
  const tokenizer = await readClipModelTokenizer(folder, maxPositionEmbeddings, eosTokenId, otherEnd);
  const model = clipModel(
    { ...config, textConfig: eosTokenId === tokenizer.endId ? textConfig : config.textConfig },
    { pixels: await pixelsIn(config.visionConfig.imageSize) },
  );
  return { model, params: await loadClipModelParams(folder, model), tokenizer };
}

async function loadClipModelParams(folder: string, model: ClipModel): Promise<Params> {
  try {
    return await loadParams(folder, model);
  } catch (error) {
    if (!(error instanceof CheckpointKeysError)) throw error;
    const lacks = (tower: string) => error.missing.some((name) => name.startsWith(tower));
    if (lacks('text_model.') === lacks('vision_model.')) throw error;
    const tower = lacks('text_model.') ? 'vision' : 'text';
    const advice = `The folder holds the ${tower} tower alone; loadClipModel opens what Python's CLIPModel saves.`;
    throw new CheckpointKeysError(error.where, error, advice);
  }
}
