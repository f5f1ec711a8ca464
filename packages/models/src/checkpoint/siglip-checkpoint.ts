import { join } from 'node:path';
import { type PixelScale, SYMMETRIC_PIXELS } from '../pixels.js';
import { checkSiglipConfig } from '../siglip-model/config.js';
import { siglipParameters } from '../siglip-model/parameters.js';
import type { SiglipCheckpoint } from '../siglip-model/patch-text-encoder.js';
import { siglipTokenizer } from '../siglip-model/tokenizer.js';
import { readJson } from './json-file.js';
import type { Json } from './json-keys.js';
import { loadParams } from './params-file.js';
import { readPixels } from './preprocessor.js';
import { readSiglipJson } from './siglip-json.js';
import { readTokenizer } from './text-tokenizer.js';

const PIXELS = { noFile: SYMMETRIC_PIXELS, silentFile: SYMMETRIC_PIXELS };

/**
 * Opens a folder with the files of a `SiglipModel`, tokenizer.json and tokenizer_config.json among them.
 *
 * @param pixels in place of what the folder's preprocessor files say.
 * @throws as `loadVideoMae`
 */
export async function loadSiglip(folder: string, pixels?: PixelScale): Promise<SiglipCheckpoint> {
  const config = checkSiglipConfig(await readSiglipJson(join(folder, 'config.json')));
  const files = await Promise.all(
    ['tokenizer.json', 'tokenizer_config.json'].map((name) => readJson(join(folder, name))),
  );
  const { tokenizer_class: kind, padding_side: side } = files[1] as Json;
  const tokenizer = siglipTokenizer(await readTokenizer(folder), {
    contextLength: config.textConfig.maxPositionEmbeddings,
    vocabSize: config.textConfig.vocabSize,
    path: join(folder, 'tokenizer.json'),
    canonical: kind === undefined || /^Siglip(Tokenizer|TokenizerFast)$/.test(String(kind)),
    padding: side === 'left' ? 'left' : 'right',
    files,
  });
  return {
    config,
    pixels: pixels ?? (await readPixels(folder, config.visionConfig.imageSize, PIXELS)),
    params: await loadParams(folder, { parameters: siglipParameters(config), official: [] }),
    tokenizer,
  };
}
