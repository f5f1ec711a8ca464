import * as tf from '@tensorflow/tfjs';
import { layerDecayScales, VIDEO_MAE_CONFIGS } from '@tgm/models';
import {
  adamW,
  cosineRestartsSchedule,
  cosineSchedule,
  linearScaling,
  type Optimizer,
  sgd,
  stepSchedule,
} from '@tgm/train';
import { figure } from '../figure.js';
import type { Row } from '../row.js';

const GRADIENTS = [0.5, -2, 1, 0.25];
const RATE = 0.1;
const DECAY = 0.05;
const START = 0.3;

/** Optimisers and schedules against their equations. */
export const optimisationRows: readonly Row[] = [
  {
    name: 'AdamW',
    part: 'optimiser',
    runs: 'adamW, betas 0.9 and 0.95',
    async run() {
      let [weight, first, second] = [START, 0, 0];
      for (const [at, gradient] of GRADIENTS.entries()) {
        first = 0.9 * first + 0.1 * gradient;
        second = 0.95 * second + 0.05 * gradient ** 2;
        const [mean, square] = [first / (1 - 0.9 ** (at + 1)), second / (1 - 0.95 ** (at + 1))];
        weight = weight * (1 - RATE * DECAY) - (RATE * mean) / (Math.sqrt(square) + 1e-8);
      }
      return compared(await updated(adamW({ weightDecay: DECAY })), weight, GRADIENTS.length);
    },
  },
  {
    name: 'SGD with momentum',
    part: 'optimiser',
    runs: 'sgd, momentum 0.9',
    async run() {
      let [weight, velocity] = [START, 0];
      for (const gradient of GRADIENTS) {
        velocity = 0.9 * velocity + gradient;
        weight -= RATE * velocity;
      }
      return compared(await updated(sgd()), weight, GRADIENTS.length);
    },
  },
  {
    name: 'layer-wise decay',
    part: 'optimiser',
    runs: "layerDecayScales 0.75 of ViT-B, BEiT's and VideoMAE's",
    async run() {
      const scales = layerDecayScales(VIDEO_MAE_CONFIGS.base, 0.75);
      const right = scales.every((scale, layer) => Math.abs(scale - 0.75 ** (13 - layer)) < 1e-12);
      const text = `14 factors, ${scales[0]!.toFixed(4)} to ${scales.at(-1)}, as 0.75^(13 - i)`;
      return figure(text, scales.length === 14 && right, 'the factors of the paper');
    },
  },
  {
    name: 'cosine with warm-up',
    part: 'schedule',
    runs: 'cosineSchedule, 40 of 200 epochs',
    async run() {
      const { at } = cosineSchedule({ base: 1.5e-4, warmupSteps: 40, steps: 200, final: 1e-5 });
      const half = at(120); // half of the cosine
      return figure(
        `0 at first, ${at(39)} at its height, ${half.toPrecision(3)} half down, the mean of both ends`,
        at(0) === 0 && at(39) === 1.5e-4 && Math.abs(half - (1.5e-4 + 1e-5) / 2) < 1e-12,
        'the rates of the equation',
      );
    },
  },
  {
    name: 'SGDR',
    part: 'schedule',
    runs: 'cosineRestartsSchedule, period 10, growth 2',
    async run() {
      const { at } = cosineRestartsSchedule({ base: 1, period: 10, growth: 2 });
      const restarts = Array.from({ length: 80 }, (_, step) => step).filter((step) => at(step) === 1);
      return figure(
        `back at the base rate at steps ${restarts.join(', ')}; half of it at step 20`,
        restarts.join() === '0,10,30,70' && Math.abs(at(20) - 0.5) < 1e-12,
        'restarts at 0, 10, 30 and 70',
      );
    },
  },
  {
    name: 'step schedule',
    part: 'schedule',
    runs: "stepSchedule, milestones 120 and 160, MoCo's",
    async run() {
      const { at } = stepSchedule({ base: 0.03, milestones: [120, 160] });
      const rates = [0, 119, 120, 159, 160].map(at);
      const right = [0.03, 0.03, 0.003, 0.003, 0.0003].every((rate, i) => Math.abs(rate - rates[i]!) < 1e-12);
      return figure(
        `${rates.map((rate) => rate.toPrecision(1)).join(', ')}`,
        right,
        'a tenth at each milestone',
      );
    },
  },
  {
    name: 'linear scaling rule',
    part: 'schedule',
    runs: 'linearScaling, 8 clips and 4 batches a step',
    async run() {
      const rate = linearScaling({ batchSize: 8, accumulate: 4 })(1.5e-4);
      return figure(`1.5e-4 for 256 clips is ${rate} for 32`, Math.abs(rate - 1.875e-5) < 1e-18, '1.875e-5');
    },
  },
];

/** A weight after a step along each gradient. */
async function updated(optimizer: Optimizer): Promise<number> {
  const weight = tf.tidy(() => {
    let params: Readonly<Record<string, tf.Tensor>> = { weight: tf.tensor1d([START]) };
    let state = optimizer.init(params);
    for (const gradient of GRADIENTS) {
      const given = { weight: tf.tensor1d([gradient]) };
      const group = () => ({ decays: true, rateScale: 1 });
      ({ params, state } = optimizer.update(given, state, params, tf.scalar(RATE), group));
    }
    return params.weight!;
  });
  const [value] = await weight.data();
  weight.dispose();
  return value!;
}

const compared = (found: number, byHand: number, steps: number): string =>
  figure(
    `after ${steps} steps ${found.toFixed(6)}, by hand ${byHand.toFixed(6)}`,
    Math.abs(found - byHand) < 1e-6,
    'the same weight',
  );
