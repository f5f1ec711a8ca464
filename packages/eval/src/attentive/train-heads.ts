import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import { seededRandom } from '@tgm/random';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { cosineRate } from '../cosine-rate.js';
import { epochBatches } from '../epoch-batches.js';
import type { Labels } from '../features.js';
import type { TokenFeatures } from '../token-features.js';
import { headLogits } from './head-logits.js';
import { drawHead, type HeadShape, headParameters } from './head-parameters.js';
import { type HeadState, type HeadStepInputs, headStep, stepSettings } from './head-step.js';

/** Two settings of AdamW that a head is trained with. */
export interface HeadSettings {
  readonly rate: number;
  readonly weightDecay: number;
}

/** Heads that have been trained; the caller disposes them. */
export interface TrainedHeads {
  /** [rows, classes] scores of some examples by one of the heads. */
  scores(head: number, features: TokenFeatures, rows: ArrayLike<number>): Promise<Float32Array>;
  dispose(): void;
}

export interface TrainHeadsParts {
  readonly engine: Engine;
  readonly shape: HeadShape;
  readonly features: TokenFeatures;
  readonly labels: Labels;
  /** Examples that the heads learn from. */
  readonly rows: ArrayLike<number>;
  readonly heads: readonly HeadSettings[];
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly onProgress: ((done: number, total: number) => void) | undefined;
}

/**
 * Trains all heads in one pass over the tokens: each batch is brought to the engine once, and each head takes a step on it. All
 * begin with the same parameters. The rates fall to 0 along half a cosine.
 */
export async function trainHeads(parts: TrainHeadsParts): Promise<TrainedHeads> {
  const { engine, shape, features, labels, rows, heads, epochs, batchSize, seed, onProgress } = parts;
  const step = engine.compile<HeadStepInputs, HeadState>(headStep(shape), {
    donate: ['params', 'firstMoments', 'secondMoments'],
  });
  const logits = engine.compile(({ params, tokens }: { params: Params; tokens: tf.Tensor }) =>
    headLogits(shape, params, tokens as tf.Tensor3D),
  );
  const states: HeadState[] = heads.map(() => freshHead(shape, seed));
  const perEpoch = epochBatches(rows.length, batchSize, seed, 0).length;
  const steps = epochs * perEpoch;

  for (let done = 0; done < steps; ) {
    for (const batch of epochBatches(rows.length, batchSize, seed, done / perEpoch)) {
      const chosen = batch.map((at) => rows[at]!);
      const tokens = tokensOf(features, chosen);
      const targets = tf.tidy(() =>
        tf
          .oneHot(
            tf.tensor1d(
              Array.from(chosen, (row) => labels[row]!),
              'int32',
            ),
            shape.classes,
          )
          .toFloat(),
      );
      try {
        for (const [at, { rate, weightDecay }] of heads.entries()) {
          const settings = tf.tensor1d(stepSettings(cosineRate(rate, done, steps), weightDecay, done + 1));
          states[at] = await step({ ...states[at]!, tokens, targets, settings }).finally(() =>
            settings.dispose(),
          );
        }
      } finally {
        tf.dispose([tokens, targets]);
      }
      done += 1;
      onProgress?.(done, steps);
    }
  }

  return {
    async scores(head, given, wanted) {
      const { params } = states[head]!;
      const size = Math.min(batchSize, wanted.length);
      const all = new Float32Array(wanted.length * shape.classes);
      for (let from = 0; from < wanted.length; from += size) {
        // The last batch is filled up, so that one graph serves all.
        const chosen = Uint32Array.from(
          { length: size },
          (_, at) => wanted[Math.min(from + at, wanted.length - 1)]!,
        );
        const tokens = tokensOf(given, chosen);
        const found = await logits({ params, tokens }).finally(() => tokens.dispose());
        const values = await found.data<'float32'>().finally(() => found.dispose());
        all.set(
          values.subarray(0, Math.min(size, wanted.length - from) * shape.classes),
          from * shape.classes,
        );
      }
      return all;
    },
    dispose: () => tf.dispose(states as unknown as tf.TensorContainer),
  };
}

function freshHead(shape: HeadShape, seed: number): HeadState {
  const values = drawHead(shape, seededRandom('attentive head', seed));
  const tensors = (of: (name: string, size: number) => Float32Array): Params =>
    Object.fromEntries(
      headParameters(shape).map(([name, dimensions]) => [
        name,
        tf.tensor(
          of(
            name,
            dimensions.reduce((product, dimension) => product * dimension, 1),
          ),
          dimensions,
        ),
      ]),
    );
  const zeros = () => tensors((_, size) => new Float32Array(size));
  return { params: tensors((name) => values[name]!), firstMoments: zeros(), secondMoments: zeros() };
}

/** [rows, N, D]; the caller disposes it. */
function tokensOf({ values, tokens, width }: TokenFeatures, rows: ArrayLike<number>): tf.Tensor3D {
  const size = tokens * width;
  const chosen = new Float32Array(rows.length * size);
  for (let at = 0; at < rows.length; at++)
    chosen.set(values.subarray(rows[at]! * size, (rows[at]! + 1) * size), at * size);
  return tf.tensor3d(chosen, [rows.length, tokens, width]);
}
