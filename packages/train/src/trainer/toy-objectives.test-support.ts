import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import type { Json } from '@tgm/options';
import type { Batches } from './batches.js';
import type { Objective } from './objective.js';

export type Points = { readonly x: tf.Tensor2D; readonly y: tf.Tensor2D };

/** Points [clips, 3] and [clips, 2] without end, a function of their number. */
export function points(
  clips: number,
  options: { readonly fails?: number; readonly ends?: number } = {},
): Batches<Points> & { opened: number; alive: number } {
  const batches = {
    opened: 0,
    alive: 0,
    describe: () => ({ is: 'points', clips }),
    open(after?: Json) {
      let next = (after as number | undefined) ?? 0;
      batches.opened++;
      return {
        async next() {
          if (next === options.fails) throw new Error(`batch ${next} cannot be read`);
          if (next === options.ends) return undefined;
          const random = seededRandom('points', next);
          const numbers = (columns: number) =>
            tf.tensor2d(
              Float32Array.from({ length: clips * columns }, () => random() - 0.5),
              [clips, columns],
            );
          next++;
          batches.alive++;
          return {
            tensors: { x: numbers(3), y: numbers(2) },
            ids: Array.from({ length: clips }, (_, row) => `${next - 1}.${row}`),
            clips,
            after: next,
            replaced: [],
            release: () => void batches.alive--,
          };
        },
        async close() {},
      };
    },
  };
  return batches;
}

/** y = x w + b by least squares; w decays, b learns at half the rate. */
export function regression(): Objective<Points> {
  return {
    weights: { square: 0.5 },
    init: (random) => ({
      params: {
        w: tf.tensor2d(Float32Array.from({ length: 6 }, random), [3, 2]),
        b: tf.zeros([2]),
      },
    }),
    part(params, _buffers, { x, y }) {
      const error = tf.sub(tf.add(tf.matMul(x, params.w as tf.Tensor2D), params.b!), y);
      return {
        terms: { square: tf.mean(tf.square(error)) as tf.Scalar },
        figures: { largest: tf.max(tf.abs(error)) as tf.Scalar },
      };
    },
    group: (name) => ({ decays: name === 'w', rateScale: name === 'w' ? 1 : 0.5 }),
    artefacts: () => [],
    describe: () => ({ is: 'regression' }),
  };
}

/**
 * Each clip's x w against each clip's y, with a learned scale, and the regression beside it: a term of a part and one of
 * the whole batch. The buffer counts the rows that were compared.
 */
export function comparison(): Objective<Points> {
  return {
    weights: { square: 0.5, match: 2 },
    init: (random) => ({
      params: {
        w: tf.tensor2d(Float32Array.from({ length: 6 }, random), [3, 2]),
        scale: tf.scalar(1.5),
      },
      buffers: { seen: tf.scalar(0) },
    }),
    part(params, _buffers, { x, y }) {
      const made = tf.matMul(x, params.w as tf.Tensor2D);
      return {
        terms: { square: tf.mean(tf.square(tf.sub(made, y))) as tf.Scalar },
        rows: { made, y, number: tf.range(0, x.shape[0], 1, 'int32') },
      };
    },
    whole(params, buffers, { made, y }) {
      const logits = tf.mul(tf.matMul(made as tf.Tensor2D, y as tf.Tensor2D, false, true), params.scale!);
      const own = tf.sum(tf.mul(tf.mul(made!, y!), params.scale!), 1);
      return {
        terms: { match: tf.mean(tf.sub(tf.logSumExp(logits, 1), own)) as tf.Scalar },
        buffers: { seen: tf.add(buffers.seen!, made!.shape[0]!) },
      };
    },
    group: () => ({ decays: false, rateScale: 1 }),
    artefacts: () => [],
    describe: () => ({ is: 'comparison' }),
  };
}
