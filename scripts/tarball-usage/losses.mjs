import * as tf from '@tensorflow/tfjs';
import { reconstructionLoss } from '@tgm/losses';

await tf.setBackend('cpu');
const pixels = tf.randomUniform([2, 3, 2 * 8 * 8 * 3]);
const inputs = { views: {}, sampleKey: tf.zeros([2, 2], 'int32'), prediction: tf.zerosLike(pixels), pixels };
const loss = reconstructionLoss();
const [value] = await loss.compute({}, inputs).data();
const [baseline] = await loss.figures({}, inputs).baseline.data();
if (Math.abs(value - baseline) > 1e-5)
  throw new Error(`predicting zero should score the baseline ${baseline}, got ${value}`);
console.log(`predicting the mean scores ${value.toFixed(3)}`);
