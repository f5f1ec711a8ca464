import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClipModel } from '../clip-model/clip-model.js';
import { notFound } from '../file-failed.js';
import type { Params } from '../params.js';
import { readJsonIfThere } from './json-file.js';
import type { Json } from './json-keys.js';
import { paramsFromTensors, readTensors, WEIGHTS } from './params-file.js';
import { pickled } from './pickle.js';

export const OPEN_CLIP_CONFIG = 'open_clip_config.json';

/** Names that versions of open_clip gave the file. */
const FILES = ['open_clip_model.safetensors', 'open_clip_pytorch_model.safetensors', WEIGHTS];
const PICKLE = 'open_clip_pytorch_model.bin';

/**
 * Whether a folder is read as open_clip does. Many on the Hub are laid out for Hugging Face's classes besides: these are read as
 * theirs. Where config.json names no kind of model, it is timm's.
 */
export async function isOpenClipFolder(folder: string): Promise<boolean> {
  const [own, other] = await Promise.all(
    [OPEN_CLIP_CONFIG, 'config.json'].map((name) => readJsonIfThere(join(folder, name))),
  );
  if (!own) return false;
  return (other as Json | undefined)?.model_type === undefined || !(await hasWeights(folder));
}

async function hasWeights(folder: string): Promise<boolean> {
  const found = await Promise.all(
    [WEIGHTS, `${WEIGHTS}.index.json`].map((name) => isThere(join(folder, name))),
  );
  return found.includes(true);
}

const isThere = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined)) !== undefined;

/** @throws ModelError as `loadParams` */
export async function loadOpenClipParams(folder: string, model: ClipModel): Promise<Params> {
  for (const name of FILES) {
    const path = join(folder, name);
    if (!(await isThere(path))) continue;
    // `CustomTextCLIP` has its text tower under a name of its own.
    const tensors = Object.entries(await readTensors(path)).map(
      ([tensor, value]) => [tensor.replace(/^text\./, ''), value] as const,
    );
    // A bias of the logits shifts all of them alike.
    const layout = { ...model, otherParts: /^logit_bias$/ };
    return paramsFromTensors(Object.fromEntries(tensors), layout, path);
  }
  if (await isThere(join(folder, PICKLE))) throw pickled(join(folder, PICKLE));
  throw notFound(join(folder, FILES[0]!));
}
