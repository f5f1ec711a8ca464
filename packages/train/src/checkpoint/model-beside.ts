import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  type ClipModel,
  type ClipModelTokenizer,
  loadClipModel,
  loadVideoMae,
  loadVideoMaeClassifier,
  loadVideoMaeEncoder,
  type VideoMae,
  type VideoMaeClassifier,
  type VideoMaeEncoder,
} from '@tgm/models';
import { orDamaged } from './file-faults.js';
import type { HostTensors } from './saved-run.js';

/** The model of the Hugging Face files in a folder, by the name of its class in Python. */
export type ModelBeside =
  | { readonly architecture: 'VideoMAEForPreTraining'; readonly model: VideoMae }
  | { readonly architecture: 'VideoMAEModel'; readonly model: VideoMaeEncoder }
  | { readonly architecture: 'VideoMAEForVideoClassification'; readonly model: VideoMaeClassifier }
  | { readonly architecture: 'CLIPModel'; readonly model: ClipModel; readonly tokenizer: ClipModelTokenizer }
  | { readonly architecture?: undefined; readonly model?: undefined };

/** The model of the files in a checkpoint, where its parameters are among those of the run. */
export async function modelBeside(folder: string, params: HostTensors): Promise<ModelBeside> {
  const beside = await opened(folder);
  const complete = beside.model?.parameters.every(({ name }) => Object.hasOwn(params, name));
  return complete ? beside : {};
}

async function opened(folder: string): Promise<ModelBeside> {
  const architecture = await architectureOf(join(folder, 'config.json'));
  if (architecture === 'VideoMAEForPreTraining') {
    const { model, params } = await loadVideoMae(folder);
    tf.dispose(params);
    return { architecture, model };
  }
  if (architecture === 'VideoMAEModel') {
    const { model, params } = await loadVideoMaeEncoder(folder);
    tf.dispose(params);
    return { architecture, model };
  }
  if (architecture === 'VideoMAEForVideoClassification') {
    const { model, params } = await loadVideoMaeClassifier(folder);
    tf.dispose(params);
    return { architecture, model };
  }
  if (architecture === 'CLIPModel') {
    const { model, params, tokenizer } = await loadClipModel(folder);
    tf.dispose(params);
    return { architecture, model, tokenizer };
  }
  return {};
}

/** What a config.json calls its model; undefined without such a file. */
async function architectureOf(path: string): Promise<unknown> {
  const text = await orDamaged(path, textIfThere(path));
  const json = text === undefined ? undefined : JSON.parse(text);
  return json?.architectures?.[0];
}

async function textIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
