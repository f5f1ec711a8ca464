import * as tf from '@tensorflow/tfjs';
import { meanBaseline, reconstructionLoss } from '@tgm/losses';

await tf.setBackend('cpu');
const pixels = tf.randomUniform([2, 3, 2 * 8 * 8 * 3]);
const loss = reconstructionLoss().compute({}, { prediction: tf.zerosLike(pixels), targetPixels: pixels });
const [value, baseline] = [(await loss.data())[0], (await meanBaseline(pixels).data())[0]];
if (Math.abs(value - baseline) > 1e-5)
  throw new Error(`predicting zero should score the baseline ${baseline}, got ${value}`);
console.log(`predicting the mean scores ${value.toFixed(3)}`);
