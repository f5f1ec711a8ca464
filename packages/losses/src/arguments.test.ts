import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import {
  classificationLoss,
  contrastiveLoss,
  equalKeys,
  LossError,
  normalisedTarget,
  oneSidedBaseline,
  pixelTarget,
  reconstructionLoss,
  sinkhorn,
  softLabelLoss,
  tokenErrors,
} from './index.js';

const logits = tf.zeros<tf.Rank.R2>([2, 3]);
const labels = tf.tensor1d([0, 1], 'int32');
const noTensors = [null, undefined, 1.5, 'x', {}, [], [[1, 2, 3]], () => 1, new Float32Array(6)];

const calls: [string, string, (value: never) => unknown][] = [
  ['classificationLoss', 'logits', (value) => classificationLoss(value, labels, 0.1)],
  ['classificationLoss', 'labels', (value) => classificationLoss(logits, value, 0.1)],
  ['equalKeys', 'rows', (value) => equalKeys(value, tf.zeros([1, 1], 'int32'))],
  ['equalKeys', 'columns', (value) => equalKeys(tf.zeros([1, 1], 'int32'), value)],
  ['oneSidedBaseline', 'leftOut', (value) => oneSidedBaseline(value)],
  ['sinkhorn', 'scores', (value) => sinkhorn(value, { epsilon: 0.05, iterations: 3 })],
  ['normalisedTarget', 'pixels', (value) => normalisedTarget(value, 'channel')],
  ['normalisedTarget', 'pixels', (value) => pixelTarget().values(value)],
  ['pixelTarget baseline', 'values', (value) => pixelTarget().baseline(value)],
  ['softLabelLoss', 'targets', (value) => softLabelLoss(logits, value, 0.1)],
  ['tokenErrors', 'prediction', (value) => tokenErrors(value, tf.zeros([1, 1, 3]))],
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

it('the reconstruction loss names what does not come to compute', () => {
  for (const inputs of [undefined, null, {}, { prediction: 1, pixels: 'x' }]) {
    expect(() => reconstructionLoss().compute({}, inputs as never)).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    );
  }
});

it('the contrastive loss names what does not come to be compared', () => {
  const loss = contrastiveLoss({ view: 'contrast' });
  const key = tf.zeros<tf.Rank.R2>([2, 2], 'int32');
  const text = { textEmbedding: tf.zeros<tf.Rank.R2>([2, 3]), captionKey: key, sampleKey: key };
  const embedded = (shape: number[]) => ({ views: { contrast: { embedding: tf.zeros(shape) } } });
  for (const [params, inputs, code, where] of [
    [{}, undefined, 'VIEW_MISSING', 'contrastiveLoss'],
    [{}, { ...text, views: { reconstruct: {} } }, 'VIEW_MISSING', 'contrastiveLoss'],
    [{}, embedded([2, 4]), 'TEXT_MISSING', 'contrastiveLoss'],
    [{}, { ...embedded([2, 4]), ...text, captionKey: undefined }, 'TEXT_MISSING', 'contrastiveLoss'],
    [{}, { ...text, ...embedded([4]) }, 'SHAPE_MISMATCH', 'contrastiveLoss, embedding'],
    [{}, { ...text, ...embedded([3, 4]) }, 'SHAPE_MISMATCH', 'contrastiveLoss, textEmbedding'],
    [undefined, { ...text, ...embedded([2, 4]) }, 'SHAPE_MISMATCH', 'contrastive.projection.weight'],
  ] as const) {
    expect(() => loss.rows(params as never, inputs as never)).toThrow(
      expect.objectContaining({ code, where }),
    );
  }
  expect(() => loss.compare(undefined as never, {})).toThrow(
    expect.objectContaining({ code: 'SHAPE_MISMATCH', where: 'contrastive.logit_scale' }),
  );
  expect(() => loss.compare({ 'contrastive.logit_scale': tf.scalar(1) }, undefined as never)).toThrow(
    expect.objectContaining({ code: 'SHAPE_MISMATCH', where: 'contrastiveLoss, rows.video' }),
  );
});
