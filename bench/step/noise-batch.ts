import * as tf from '@tensorflow/tfjs';
import { chooseIndices, seededRandom } from '@tgm/masking';
import type { VideoMae } from '@tgm/models';
import type { StepCase } from './cases.js';

/** A batch of noise of the shape of a case, for the masked objective. @param key names the noise. */
export function noiseBatch(model: VideoMae, { batch, visible, tokens }: StepCase, key: string) {
  const random = seededRandom(key);
  const shuffled = Array.from({ length: batch }, () => chooseIndices(tokens, tokens, random));
  const noise = (...shape: [number, number, number]) =>
    tf.tensor3d(Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, random), shape);
  const numbers = (from: number, to: number) =>
    tf.tensor2d(
      shuffled.map((order) => Array.from(order.slice(from, to))),
      [batch, to - from],
      'int32',
    );
  return {
    views: {
      reconstruct: { tokens: noise(batch, visible, model.tokenSize), positions: numbers(0, visible) },
    },
    reconstruct: {
      masked: numbers(visible, tokens),
      pixels: noise(batch, tokens - visible, model.tokenSize),
    },
    sampleKey: tf.zeros<tf.Rank.R2>([batch, 2], 'int32'),
  };
}
