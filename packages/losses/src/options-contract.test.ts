import * as tf from '@tensorflow/tfjs';
import { optionsContract } from '@tgm/options/testing';
import { it } from 'vitest';
import * as losses from './index.js';

const rows = tf.tensor2d([
  [1, 0],
  [0, 1],
]);
const none = tf.zeros([2, 2], 'bool') as tf.Tensor2D;
const inputs = { rows, columns: rows, scale: tf.scalar(1), keys: [tf.tensor2d([0, 1], [2, 1], 'int32')] };

const checks = optionsContract({
  module: losses,
  declarations: `${import.meta.dirname}/../dist`,
  calls: {
    contrastiveLoss: (extra) => losses.contrastiveLoss({ temperature: 0.1, ...extra }),
    reconstructionLoss: (extra) => losses.reconstructionLoss({ target: losses.pixelTarget(), ...extra }),
    featureLoss: (extra) => losses.featureLoss({ tokens: 'masked', ...extra }),
    samplingLoss: (extra) => losses.samplingLoss({ target: losses.pixelTarget(), ...extra }),
    adversarialMaskLoss: (extra) =>
      losses.adversarialMaskLoss({ grid: { slices: 2, rows: 2, columns: 2 }, ...extra }),
    pixelTarget: (extra) => losses.pixelTarget({ normalise: 'joint', ...extra }),
    tokenLoss: (extra) => losses.tokenLoss({ codes: 4, ...extra }),
    oneSidedInfoNce: (extra) =>
      losses.oneSidedInfoNce({ right: tf.zeros([2]), others: rows, leftOut: none, ...extra }),
    sinkhorn: (extra) => losses.sinkhorn(rows, { epsilon: 0.05, iterations: 3, ...extra }),
    infoNce: (extra) => losses.infoNce({ ...inputs, ...extra }),
  },
});
for (const { name, run } of checks) it(name, run);
