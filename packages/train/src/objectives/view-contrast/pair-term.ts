import * as tf from '@tensorflow/tfjs';
import { equalKeys, l2Normalise, withoutGradients } from '@tgm/losses';
import type { Params } from '@tgm/models';
import {
  byNearest,
  byPrototypes,
  drawnTo,
  type Others,
  type PairOutputs,
  toldApart,
} from './contrast-terms.js';
import { queueOf } from './queue.js';
import type { CheckedViewContrast, PrototypePositives } from './view-contrast-options.js';

export const PROTOTYPES = 'view_contrast.prototypes';
/** [] int32, steps done. */
export const STEP = 'view_contrast.step';

/** What the pairs of a batch are compared with. */
export interface Compared {
  readonly params: Params;
  readonly buffers: Params;
  /** [B, E] of each view that is compared with, by its name. */
  readonly targets: Readonly<Record<string, tf.Tensor2D>>;
  /** [B, 2] int32 */
  readonly sampleKeys: tf.Tensor2D;
}

/**
 * The term of one pair.
 *
 * @param query [B, E] predictions of the pair's `from`.
 */
export function pairTerm(
  options: CheckedViewContrast,
  query: tf.Tensor2D,
  to: string,
  compared: Compared,
): PairOutputs {
  const { positives } = options;
  const { buffers, sampleKeys } = compared;
  const right = compared.targets[to]!;
  // The options have one wherever it is read.
  const temperature = options.temperature!;
  if (positives === 'view') {
    return options.keys === 'none'
      ? drawnTo(query, right)
      : toldApart(query, right, othersOf(options, to, compared), temperature);
  }
  if ('nearest' in positives) return byNearest(query, right, sampleKeys, queueOf(buffers), temperature);
  return byPrototypes(query, right, prototypesOf(positives, compared), positives, temperature);
}

/** What is wrong for the queries of a pair, and of which samples it is left out. */
function othersOf(
  { keys, pairs, negatives }: CheckedViewContrast,
  to: string,
  compared: Compared,
): readonly Others[] {
  const { buffers, sampleKeys } = compared;
  const own = keys === 'batch' ? pairs.map((pair) => pair.to) : keys === 'view' ? [to] : [];
  const sameSample = equalKeys(sampleKeys, sampleKeys); // [B, B]
  const nothing = tf.zerosLike(sameSample);
  const ofBatch = [...new Set([...own, ...negatives])].map((view) => ({
    rows: compared.targets[view]!,
    leftOut: negatives.includes(view) && view !== to ? nothing : sameSample,
  }));
  if (typeof keys === 'string') return ofBatch;
  const queue = queueOf(buffers);
  return [...ofBatch, { rows: queue.rows, leftOut: equalKeys(sampleKeys, queue.sampleKeys) }];
}

/** [K, E] L2-normalised; without gradients in the frozen steps. */
function prototypesOf(
  { frozenSteps }: Pick<Required<PrototypePositives>, 'frozenSteps'>,
  { params, buffers }: Compared,
): tf.Tensor2D {
  const prototypes = params[PROTOTYPES] as tf.Tensor2D;
  if (frozenSteps === 0) return l2Normalise(prototypes);
  const still = withoutGradients(() => tf.clone(prototypes));
  const learns = tf.cast(tf.greaterEqual(buffers[STEP]!, tf.scalar(frozenSteps, 'int32')), 'float32');
  return l2Normalise(tf.add(still, tf.mul(tf.sub(prototypes, still), learns)));
}
