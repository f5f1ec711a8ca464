import * as tf from '@tensorflow/tfjs';
import { type Params, parameter } from '../params.js';
import { tokenGridOf } from '../patchify.js';
import { sinusoidTable } from '../sinusoid.js';
import type { VideoMaeEncoderConfig, WithDefaults } from './config.js';
import type { StackNames } from './parameters.js';

/** What the encoder and the decoder do alike around their blocks. */
export interface Stack {
  /** [N, width] the position of each token. */
  positions(params: Params): tf.Tensor2D;
  /** The rows that go into the blocks: [B * K, width] with the class token in front of each clip's where there is one. */
  enter(params: Params, rows: tf.Tensor2D, batch: number): tf.Tensor2D;
}

export function stack(config: WithDefaults<VideoMaeEncoderConfig>, names: StackNames, width: number): Stack {
  const { slices, rows, columns } = tokenGridOf(config);
  const count = slices * rows * columns;
  const fixed = config.positions === 'separable' ? undefined : sinusoidTable(count, width);
  return {
    positions(params) {
      if (fixed) return tf.tensor2d(fixed, [count, width]);
      const ofSlices = tf.reshape(parameter(params, names.temporal), [slices, 1, width]);
      return tf.reshape(tf.add(ofSlices, parameter(params, names.spatial)), [count, width]);
    },

    enter(params, tokens, batch) {
      if (!config.classToken) return tokens;
      // Added to zeros rather than tiled: its gradient is then one sum.
      const first = tf.add(tf.zeros([batch, 1, width]), parameter(params, names.classToken));
      const joined = tf.concat([first, tf.reshape(tokens, [batch, -1, width])], 1); // [B, 1 + K, width]
      return tf.reshape(joined, [-1, width]);
    },
  };
}

/** [B, K] token numbers to [B * K, width] rows of a table. */
export function rowsAt(table: tf.Tensor2D, positions: tf.Tensor2D): tf.Tensor2D {
  return tf.gather(table, tf.reshape(positions, [-1])) as tf.Tensor2D;
}
