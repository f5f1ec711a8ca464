import * as tf from '@tensorflow/tfjs';
import type { Random } from '@tgm/masking';
import type { Params } from '@tgm/models';
import { drawDirections } from './draw-directions.js';

/** Embeddings of earlier steps, the newest in the place of the oldest. */
export interface Queue {
  /** [Q, E] L2-normalised. */
  readonly rows: tf.Tensor2D;
  /** [Q, 2] int32, equal for embeddings of one sample; 0 where nothing was written yet. */
  readonly sampleKeys: tf.Tensor2D;
}

const ROWS = 'view_contrast.queue';
const SAMPLE_KEYS = 'view_contrast.queue_sample_keys';
/** [] int32, the place that is written next. */
const PLACE = 'view_contrast.queue_place';

/** As MoCo begins: random directions. */
export function drawQueue(size: number, width: number, random: Random): Params {
  return {
    [ROWS]: drawDirections(size, width, random),
    [SAMPLE_KEYS]: tf.zeros([size, 2], 'int32'),
    [PLACE]: tf.scalar(0, 'int32'),
  };
}

export const queueOf = (buffers: Params): Queue => ({
  rows: buffers[ROWS] as tf.Tensor2D,
  sampleKeys: buffers[SAMPLE_KEYS] as tf.Tensor2D,
});

/**
 * The buffers with B new rows, in their order, in the places of the oldest. Of more rows than the queue has places the last stay.
 *
 * @param rows [B, E] L2-normalised, without gradients.
 * @param sampleKeys [B, 2] int32
 */
export function queued(buffers: Params, rows: tf.Tensor2D, sampleKeys: tf.Tensor2D): Params {
  const queue = queueOf(buffers);
  const size = queue.rows.shape[0];
  const surplus = Math.max(0, rows.shape[0] - size);
  const count = rows.shape[0] - surplus;
  const first = wrapped(tf.add(buffers[PLACE]!, int(surplus % size)), size);
  // Which of the new rows each place gets, if any: the distance from the first, around the end.
  const distance = tf.sub(tf.range(0, size, 1, 'int32'), first); // [Q]
  const around = tf.where(tf.less(distance, int(0)), tf.add(distance, int(size)), distance);
  const taken = tf.reshape(tf.less(around, int(count)), [size, 1]);
  const from = tf.cast(tf.add(tf.minimum(around, int(count - 1)), int(surplus)), 'int32') as tf.Tensor1D;
  const settled = (old: tf.Tensor2D, fresh: tf.Tensor2D): tf.Tensor =>
    tf.where(tf.tile(taken, [1, old.shape[1]]), tf.gather(fresh, from), old);
  return {
    [ROWS]: settled(queue.rows, rows),
    [SAMPLE_KEYS]: settled(queue.sampleKeys, sampleKeys),
    [PLACE]: wrapped(tf.add(first, int(count % size)), size),
  };
}

/** A place below 2 Q as one below Q. */
const wrapped = (place: tf.Tensor, size: number): tf.Tensor =>
  tf.where(tf.less(place, int(size)), place, tf.sub(place, int(size)));

const int = (value: number): tf.Scalar => tf.scalar(value, 'int32');
