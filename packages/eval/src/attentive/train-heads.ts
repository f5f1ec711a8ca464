import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import { seededRandom } from '@tgm/random';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { cosineRate } from '../cosine-rate.js';
import { epochBatches } from '../epoch-batches.js';
import type { Labels } from '../features.js';
import { oneHot } from '../one-hot.js';
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
  /** [rows, classes] scores of some examples by each of the wanted heads. */
  scores(
    wanted: readonly number[],
    features: TokenFeatures,
    rows: ArrayLike<number>,
  ): Promise<Float32Array[]>;
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
 *
 * Heads that only pool take their steps together: their products with the tokens are one. Deeper ones have tokens of their own
 * behind the first block, some gigabytes of them for twenty heads, and take their steps one after the other.
 */
export async function trainHeads(parts: TrainHeadsParts): Promise<TrainedHeads> {
  const { engine, shape, features, labels, rows, heads, epochs, batchSize, seed, onProgress } = parts;
  const step = engine.compile<HeadStepInputs, HeadState>(headStep(shape), {
    donate: ['params', 'firstMoments', 'secondMoments'],
  });
  const logits = engine.compile(({ params, tokens }: { params: Params; tokens: tf.Tensor }) =>
    headLogits(shape, params, tokens as tf.Tensor3D),
  );
  const together = shape.blocks === 1 ? heads.length : 1;
  const groups = Array.from({ length: heads.length / together }, (_, group) =>
    heads.slice(group * together, (group + 1) * together),
  );
  const states = groups.map((group) => freshHeads(shape, group.length, seed));
  const perEpoch = epochBatches(rows.length, batchSize, seed, 0).length;
  const steps = epochs * perEpoch;

  async function train(): Promise<void> {
    let done = 0;
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (const batch of epochBatches(rows.length, batchSize, seed, epoch)) {
        const chosen = batch.map((at) => rows[at]!);
        const tokens = tokensOf(features, chosen);
        const targets = oneHot(labels, chosen, shape.classes);
        try {
          for (const [at, group] of groups.entries()) {
            const settings = tf.tensor2d(
              group.map(({ rate, weightDecay }) =>
                stepSettings(cosineRate(rate, done, steps), weightDecay, done + 1),
              ),
            );
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
  }
  const dispose = () => tf.dispose(states as unknown as tf.TensorContainer);
  await train().catch((error: unknown) => {
    dispose();
    throw error;
  });

  /** [rows, classes] of each head of a group. */
  async function groupScores(group: number, given: TokenFeatures, rows: ArrayLike<number>) {
    const { params } = states[group]!;
    const size = Math.min(batchSize, rows.length);
    const all = groups[group]!.map(() => new Float32Array(rows.length * shape.classes));
    for (let from = 0; from < rows.length; from += size) {
      // The last batch is filled up, so that one graph serves all.
      const chosen = Uint32Array.from(
        { length: size },
        (_, at) => rows[Math.min(from + at, rows.length - 1)]!,
      );
      const tokens = tokensOf(given, chosen);
      const found = await logits({ params, tokens }).finally(() => tokens.dispose());
      const values = await found.data<'float32'>().finally(() => found.dispose());
      const wanted = Math.min(size, rows.length - from) * shape.classes;
      for (const [head, scores] of all.entries()) {
        const start = head * size * shape.classes;
        scores.set(values.subarray(start, start + wanted), from * shape.classes);
      }
    }
    return all;
  }

  return {
    async scores(wanted, given, rows) {
      const found: Float32Array[][] = [];
      for (const group of new Set(wanted.map((head) => Math.floor(head / together)))) {
        found[group] = await groupScores(group, given, rows);
      }
      return wanted.map((head) => found[Math.floor(head / together)]![head % together]!);
    },
    dispose,
  };
}

/** Equal heads, before they learn. */
function freshHeads(shape: HeadShape, count: number, seed: number): HeadState {
  const values = drawHead(shape, seededRandom('attentive head', seed));
  const tensors = (of: (name: string, dimensions: number[]) => tf.Tensor): Params =>
    Object.fromEntries(headParameters(shape).map(([name, dimensions]) => [name, of(name, dimensions)]));
  const zeros = () => tensors((_, dimensions) => tf.zeros([count, ...dimensions]));
  return {
    params: tensors((name, dimensions) =>
      tf.tidy(() =>
        tf.tile(tf.tensor(values[name]!, [1, ...dimensions]), [count, ...dimensions.map(() => 1)]),
      ),
    ),
    firstMoments: zeros(),
    secondMoments: zeros(),
  };
}

/** [rows, N, D]; the caller disposes it. */
function tokensOf({ values, tokens, width }: TokenFeatures, rows: ArrayLike<number>): tf.Tensor3D {
  const size = tokens * width;
  const chosen = new Float32Array(rows.length * size);
  for (let at = 0; at < rows.length; at++)
    chosen.set(values.subarray(rows[at]! * size, (rows[at]! + 1) * size), at * size);
  return tf.tensor3d(chosen, [rows.length, tokens, width]);
}
