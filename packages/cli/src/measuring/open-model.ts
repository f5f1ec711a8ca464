import * as tf from '@tensorflow/tfjs';
import { loadVideoMaeEncoder, type Params, type VideoMaeEncoder } from '@tgm/models';
import type { Json } from '@tgm/options';
import { checkpointParams } from '@tgm/train';
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
  /** Digest of who embedded the captions, where the checkpoint tells it. */
  readonly teacherDigest?: string;
  /** Frees the parameters. */
  dispose(): void;
}

/** The contrastive loss's map from the encoder's width to that of the captions' embeddings. */
const PROJECTION = 'contrastive.projection.weight';

/**
 * Opens the encoder of the Video MAE that a path names.
 *
 * @throws CliError `INPUT_INVALID` as `modelFolder`, and for a CLIP; what the loaders of `@tgm/models` and `checkpointParams` of
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
  const joint = folder.kind === 'checkpoint' ? await jointPart(folder.path) : {};
  return { folder, encoder: model, params, ...joint, dispose: () => tf.dispose(params) };
}

/** Says which newer checkpoints are not taken. */
export function tellDamaged({ damaged }: ModelFolder): void {
  for (const { fault } of damaged) warn(`passed over: ${fault.message}`);
}

async function jointPart(checkpoint: string): Promise<Pick<OpenedModel, 'projection' | 'teacherDigest'>> {
  const { params, description } = await checkpointParams(checkpoint, [PROJECTION]);
  const projection = (await params[PROJECTION]?.data()) as Float32Array | undefined;
  tf.dispose(params);
  if (projection === undefined) return {};
  const teacherDigest = teacherIn(description.batches);
  return { projection, ...(teacherDigest !== undefined && { teacherDigest }) };
}

/** What `embedCaptions` of `@tgm/train` tells of its encoder, wherever it stands in a description. */
function teacherIn(described: Json): string | undefined {
  if (typeof described !== 'object' || described === null) return undefined;
  const { is, encoder } = described as { readonly is?: Json; readonly encoder?: Json };
  if (is === 'embedCaptions') return typeof encoder === 'string' ? encoder : undefined;
  return Object.values(described)
    .map(teacherIn)
    .find((found) => found !== undefined);
}
