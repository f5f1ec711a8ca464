import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import {
  classificationLoss,
  contrastiveLoss,
  LossError,
  meanBaseline,
  normalisedTarget,
  reconstructionLoss,
} from './index.js';

const logits = tf.zeros<tf.Rank.R2>([2, 3]);
const labels = tf.tensor1d([0, 1], 'int32');
const noTensors = [null, undefined, 1.5, 'x', {}, [], [[1, 2, 3]], () => 1, new Float32Array(6)];

const calls: [string, string, (value: never) => unknown][] = [
  ['classificationLoss', 'logits', (value) => classificationLoss(value, labels, 0.1)],
  ['classificationLoss', 'labels', (value) => classificationLoss(logits, value, 0.1)],
  ['normalisedTarget', 'pixels', (value) => normalisedTarget(value, 'channel')],
  ['normalisedTarget', 'pixels', (value) => meanBaseline(value)],
];

it.each(calls)('%s names %s where no tensor comes', (where, option, call) => {
  for (const value of [...noTensors, tf.zeros([6, 1, 1, 1])]) {
    expect(() => call(value as never)).toThrow(LossError);
    expect(() => call(value as never)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: `${where}, option ${option}` }),
    );
  }
});

it('refuses labels that are no whole numbers by their kind', () => {
  expect(() => classificationLoss(logits, tf.tensor1d([0, 1]), 0)).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID', where: 'classificationLoss, option labels' }),
  );
});

it.each([
  ['reconstruction', reconstructionLoss(), 'SHAPE_MISMATCH'],
  ['contrastive', contrastiveLoss(), 'TEXT_MISSING'],
] as const)('the %s loss names what does not come to compute', (_name, loss, code) => {
  for (const inputs of [undefined, null, {}, { prediction: 1, targetPixels: 'x' }]) {
    expect(() => loss.compute({}, inputs as never)).toThrow(expect.objectContaining({ code }));
  }
});

it('the contrastive loss names an embedding that is no matrix, and parameters that do not come', () => {
  const textEmbedding = tf.zeros<tf.Rank.R2>([2, 3]);
  const inputs = { textEmbedding, captionGroup: labels };
  for (const [params, given, where] of [
    [{}, inputs, 'contrastiveLoss, videoEmbedding'],
    [{}, { ...inputs, videoEmbedding: tf.zeros([4]) }, 'contrastiveLoss, videoEmbedding'],
    [undefined, { ...inputs, videoEmbedding: tf.zeros([2, 4]) }, 'contrastive.logit_scale'],
  ] as const) {
    expect(() => contrastiveLoss().compute(params as never, given as never)).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', where }),
    );
  }
});
