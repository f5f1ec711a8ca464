import * as tf from '@tensorflow/tfjs';
import type { VideoMae } from '@tgm/models';
import { clipExamples, maskedBatches, maskedObjective, shuffled } from '@tgm/train';
import { OBJECT_TOKEN } from '../moving-shapes/index.js';
import { armObjective } from './arm-objective.js';
import { type Arm, contrastView } from './arms.js';
import { type ArmClip, guidedClips } from './guided-clips.js';
import type { Numbers } from './scorer.js';

export interface ArmMasksOptions {
  readonly model: VideoMae;
  /** Clips of which it is known where the named object is. */
  readonly clips: readonly ArmClip[];
  /** [tokens] share of each token that the named object covers, by the sample's id. */
  readonly coverages: ReadonlyMap<string, Float32Array>;
  readonly seed: number;
}

const BATCH = 32;

/**
 * What becomes of the named object's tokens in the batches of an arm, in per cent, mean over clips: hidden from the view that is
 * reconstructed, reconstructed by the decoder, and seen by the view that meets the caption.
 */
export async function armMasks(arm: Arm, options: ArmMasksOptions): Promise<Numbers> {
  const { model, clips, coverages, seed } = options;
  const { losses, masking, views, decoderMasking } = armObjective(arm);
  const examples = clipExamples(guidedClips(clips, arm.guide));
  const { needs } = maskedObjective({ model, losses, textWidth: examples.textWidth! });
  // Positions tell which tokens are seen; those of a view without any are all the same.
  const placed = views && { views: { contrast: { masking: contrastView(arm).masking } } };
  const batchSize = Math.min(BATCH, clips.length);
  const stream = await maskedBatches({
    ...{ model, needs, batchSize, seed, masking, decoderMasking },
    ...placed,
    examples: shuffled(examples),
  }).open();
  const shares: Record<string, number[]> = {};
  try {
    for (let done = 0; done < clips.length; done += batchSize) {
      const { tensors, ids, release } = (await stream.next())!;
      const { reconstruct, contrast = reconstruct } = tensors.views;
      const lists: Record<string, tf.Tensor2D | undefined> = {
        hidden: needs.decoder ? reconstruct!.positions : undefined,
        reconstructed: tensors.reconstruct?.masked,
        seen: contrast!.positions,
      };
      for (const [name, list] of Object.entries(lists)) {
        if (!list) continue;
        const tokens = await list.data<'int32'>();
        const width = list.shape[1];
        ids.forEach((id, row) => {
          const share = shareOf(coverages.get(id)!, tokens.subarray(row * width, (row + 1) * width));
          if (share === undefined) return;
          shares[name] ??= [];
          shares[name].push(name === 'hidden' ? 1 - share : share);
        });
      }
      tf.dispose(tensors as unknown as tf.TensorContainer);
      release();
    }
  } finally {
    await stream.close();
  }
  return Object.fromEntries(
    Object.entries(shares).map(([name, values]) => [`object/${name}`, 100 * meanOf(values)]),
  );
}

/** Share of the object's tokens that are in a list; undefined where it has none. */
function shareOf(coverage: Float32Array, tokens: Int32Array): number | undefined {
  const all = coverage.reduce((count, covered) => count + (covered > OBJECT_TOKEN ? 1 : 0), 0);
  if (all === 0) return undefined;
  return tokens.reduce((count, token) => count + (coverage[token]! > OBJECT_TOKEN ? 1 : 0), 0) / all;
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
