import * as tf from '@tensorflow/tfjs';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { beforeAll, describe, expect, it } from 'vitest';
import { classificationLoss } from './classification-loss.js';
import { VIDEO_MAE_CONFIGS } from './config.js';
import { layerDecayScales, layerOf } from './layer-decay.js';
import { meanOfViews } from './multi-view.js';

beforeAll(() => cpuEngine());

describe('classificationLoss', () => {
  it('is the cross-entropy with the labels of its smoothing', async () => {
    const logits = tf.tensor2d([
      [0, Math.log(2), Math.log(5)], // probabilities 1/8, 2/8, 5/8
      [0, 0, 0],
    ]);
    const labels = tf.tensor1d([1, 0], 'int32');
    const [plain] = await classificationLoss(logits, labels, 0).data();
    expect(plain).toBeCloseTo((Math.log(4) + Math.log(3)) / 2, 6);
    // 0.3 of it spread over three classes: 0.1 each.
    const [smooth] = await classificationLoss(logits, labels, 0.3).data();
    const first = 0.1 * Math.log(8) + 0.8 * Math.log(4) + 0.1 * Math.log(8 / 5);
    expect(smooth).toBeCloseTo((first + Math.log(3)) / 2, 6);
  });

  it('is finite for logits that differ by thousands', async () => {
    const [loss] = await classificationLoss(
      tf.tensor2d([[3000, -3000]]),
      tf.tensor1d([1], 'int32'),
      0,
    ).data();
    expect(loss).toBe(6000);
  });
});

describe('layer decay', () => {
  it('is a power of the distance from the last layer', () => {
    const scales = layerDecayScales(VIDEO_MAE_CONFIGS.base, 0.5);
    expect(scales.length).toBe(14);
    expect(scales.slice(-3)).toEqual([0.25, 0.5, 1]);
    expect(scales[0]).toBe(2 ** -13);
  });

  it.each([
    ['videomae.embeddings.patch_embeddings.projection.weight', 0],
    ['mask_token', 0],
    ['videomae.encoder.layer.0.layernorm_before.bias', 1],
    ['videomae.encoder.layer.11.output.dense.weight', 12],
    ['fc_norm.weight', 13],
    ['classifier.bias', 13],
  ])('puts %s into layer %i', (name, layer) => {
    expect(layerOf(name, VIDEO_MAE_CONFIGS.base)).toBe(layer);
  });
});

describe('meanOfViews', () => {
  it('is the mean of the softmax, not the softmax of the mean', () => {
    const [two, nine] = [Math.log(2), Math.log(9)];
    // Views: 1/3, 2/3 and 9/10, 1/10; one video of two views, and one whose views agree.
    const logits = Float32Array.of(0, two, nine, 0, 5, 5, -1000, -1000);
    const probabilities = meanOfViews(logits, 2, 2);
    expect(probabilities[0]).toBeCloseTo((1 / 3 + 0.9) / 2, 6);
    expect(probabilities[1]).toBeCloseTo((2 / 3 + 0.1) / 2, 6);
    expect([...probabilities.subarray(2)]).toEqual([0.5, 0.5]);
  });
});
