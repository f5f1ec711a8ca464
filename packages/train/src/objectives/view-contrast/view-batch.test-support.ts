import * as tf from '@tensorflow/tfjs';
import { chooseIndices, seededRandom } from '@tgm/masking';
import type { VideoMaeEncoder } from '@tgm/models';
import type { MaskedBatch } from '../masked-batch.js';

/** Noise of B clips, 4 tokens of each view. The caller disposes it. @param samples number of each clip's sample. */
export function viewBatch(
  model: VideoMaeEncoder,
  views: readonly string[],
  samples: readonly number[],
  seed: string | number,
): MaskedBatch {
  const { slices, rows, columns } = model.grid;
  const tokens = slices * rows * columns;
  const shape: [number, number, number] = [samples.length, 4, model.tokenSize];
  const drawn = views.map((view) => {
    const random = seededRandom(seed, view);
    const numbers = Float32Array.from({ length: samples.length * 4 * model.tokenSize }, () => random() - 0.5);
    const positions = samples.map(() => [...chooseIndices(4, tokens, random)]);
    return [
      view,
      { tokens: tf.tensor3d(numbers, shape), positions: tf.tensor2d(positions, undefined, 'int32') },
    ] as const;
  });
  return {
    views: Object.fromEntries(drawn),
    sampleKey: tf.tensor2d(
      samples.flatMap((sample) => [sample, 7]),
      [samples.length, 2],
      'int32',
    ),
  };
}
