import * as tf from '@tensorflow/tfjs';
import { loadVideoMaeEncoder, type Params, type VideoMaeEncoder } from '@tgm/models';
import { loadCheckpoint } from '@tgm/train';
import { CliError } from '../program/errors.js';
import { warn } from '../program/say.js';
import { type ModelFolder, modelFolder } from './model-folder.js';

/** A frozen encoder that is measured or searched with. */
export interface OpenedModel {
  readonly folder: ModelFolder;
  readonly encoder: VideoMaeEncoder;
  readonly params: Params;
  /** [E, D] into the space of the captions, row-major; where it was trained with them. */
  readonly projection?: Float32Array;
  /** Frees the parameters. */
  dispose(): void;
}

/** The contrastive loss's map from the encoder's width to that of the captions' embeddings. */
const PROJECTION = 'contrastive.projection.weight';

/**
 * Opens the encoder of the Video MAE that a path names.
 *
 * @throws CliError `INPUT_INVALID` as `modelFolder`, and for a CLIP; what the loaders of `@tgm/models` and `loadCheckpoint` of
 *   `@tgm/train` throw.
 */
export async function openModel(path: string): Promise<OpenedModel> {
  const folder = await modelFolder(path);
  tellDamaged(folder);
  if (folder.architecture === 'CLIPModel') {
    throw new CliError('INPUT_INVALID', {
      where: folder.path,
      expected: 'a Video MAE',
      received: 'a CLIP',
      advice: 'A CLIP is what --clip names.',
    });
  }
  const { model, params } = await loadVideoMaeEncoder(folder.path);
  const projection = folder.kind === 'checkpoint' ? await projectionIn(folder.path) : undefined;
  return {
    folder,
    encoder: model,
    params,
    ...(projection && { projection }),
    dispose: () => tf.dispose(params),
  };
}

/** Says which newer checkpoints are not taken. */
export function tellDamaged({ damaged }: ModelFolder): void {
  for (const { fault } of damaged) warn(`passed over: ${fault.message}`);
}

async function projectionIn(checkpoint: string): Promise<Float32Array | undefined> {
  const { params, buffers, average } = await loadCheckpoint(checkpoint);
  const weight = (await params[PROJECTION]?.data()) as Float32Array | undefined;
  tf.dispose([params, buffers, average ?? {}]);
  return weight;
}
