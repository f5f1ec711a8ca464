import * as tf from '@tensorflow/tfjs';
import { normal, seededRandom } from '@tgm/random';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { cosineRate } from '../cosine-rate.js';
import { epochBatches } from '../epoch-batches.js';
import type { Features, Labels } from '../features.js';
import { oneHot } from '../one-hot.js';
import { featuresAt } from '../rows-per-class.js';
import { normalised, type SgdState, type SgdStepInputs, sgdStep } from './sgd-step.js';

export interface TrainSgdParts {
  readonly engine: Engine;
  readonly features: Features;
  readonly labels: Labels;
  readonly classes: number;
  /** Learning rate of a batch of 256 examples; that of another size is in proportion to it. */
  readonly rate: number;
  readonly momentum: number;
  readonly epochs: number;
  readonly warmupEpochs: number;
  readonly batchSize: number;
  readonly batchNorm: boolean;
  readonly seed: number;
}

export interface SgdClassifier {
  /** [count, classes] */
  scores(features: Features): Promise<Float32Array>;
  dispose(): void;
}

/** Deviation of the first weights, as in the probe of image MAE. */
const DEVIATION = 0.01;

export async function trainSgd(parts: TrainSgdParts): Promise<SgdClassifier> {
  const { engine, features, labels, classes, momentum, epochs, batchNorm, seed } = parts;
  const { width, count } = features;
  const step = engine.compile<SgdStepInputs, SgdState>(sgdStep, {
    donate: ['weight', 'bias', 'weightVelocity', 'biasVelocity', 'mean', 'variance'],
  });
  const classify = engine.compile(({ state, rows }: { state: SgdState; rows: tf.Tensor }) =>
    tf.add(
      tf.matMul(batchNorm ? normalised(rows, state.mean, state.variance) : rows, state.weight),
      state.bias,
    ),
  );
  const size = Math.min(parts.batchSize, count);
  const perEpoch = Math.floor(count / size);
  const base = (parts.rate * size) / 256;
  const steps = epochs * perEpoch;
  let state = freshState(width, classes, seed);
  const dispose = () => tf.dispose(state as unknown as tf.TensorContainer);

  async function train(): Promise<void> {
    let done = 0;
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (const batch of epochBatches(count, size, seed, epoch)) {
        const { values } = featuresAt(features, batch);
        const inputs = {
          features: tf.tensor2d(values, [size, width]),
          targets: oneHot(labels, batch, classes),
          rate: tf.scalar(cosineRate(base, done, steps, parts.warmupEpochs * perEpoch)),
        };
        state = await step({ ...state, ...inputs, momentum, batchNorm }).finally(() =>
          tf.dispose(inputs as unknown as tf.TensorContainer),
        );
        done += 1;
      }
    }
  }
  await train().catch((error: unknown) => {
    dispose();
    throw error;
  });
  return {
    async scores({ values, count }) {
      const rows = tf.tensor2d(values, [count, width]);
      const logits = await classify({ state, rows }).finally(() => rows.dispose());
      return logits.data<'float32'>().finally(() => logits.dispose());
    },
    dispose,
  };
}

/** [D, C] weights of the first step. */
export function firstWeight(width: number, classes: number, seed: number): Float32Array {
  const random = seededRandom('sgd probe', seed);
  return Float32Array.from({ length: width * classes }, () => DEVIATION * normal(random));
}

function freshState(width: number, classes: number, seed: number): SgdState {
  return {
    weight: tf.tensor2d(firstWeight(width, classes, seed), [width, classes]),
    bias: tf.zeros([1, classes]),
    weightVelocity: tf.zeros([width, classes]),
    biasVelocity: tf.zeros([1, classes]),
    mean: tf.zeros([1, width]),
    variance: tf.ones([1, width]),
  };
}
