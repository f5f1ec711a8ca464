import * as tf from '@tensorflow/tfjs';
import { requireIndices, requireShape, requireTensor } from '../input-shape.js';
import { type Params, parameter } from '../params.js';
import { linearRows, normRows } from '../transformer-block.js';
import { decoderBlocks } from './blocks.js';
import type { VideoMaeConfig, WithDefaults } from './config.js';
import * as names from './parameters.js';
import { rowsAt, stack } from './stack.js';

/** The two halves of `VideoMae.decode`. */
export interface VideoMaeDecoder {
  /**
   * `decode` up to its head: the decoder's tokens behind its norm, for heads that say something else than pixels.
   * @returns [B, M, C], C = config.decoderHiddenSize.
   */
  decodeTokens(params: Params, latent: tf.Tensor3D, visible: tf.Tensor2D, masked: tf.Tensor2D): tf.Tensor3D;
  /**
   * The rest of `decode`: its linear head.
   * @param decoded [B, M, C] from `decodeTokens`.
   * @returns [B, M, Q]
   */
  predictPixels(params: Params, decoded: tf.Tensor3D): tf.Tensor3D;
}

/** Of a checked configuration. */
export function decodeFunctions(config: WithDefaults<VideoMaeConfig>, recompute: boolean): VideoMaeDecoder {
  const { hiddenSize, decoderHiddenSize, decoderNormEps } = config;
  const predictionSize = names.predictionSizeOf(config);
  const decoder = stack(config, names.DECODER_STACK, decoderHiddenSize);
  return {
    decodeTokens(params, latent, visible, masked) {
      const [batch, count] = requireIndices('decode', 'visible', visible);
      const [, maskedCount] = requireIndices('decode', 'masked', masked);
      requireShape('decode', 'masked', masked, [batch, maskedCount]);
      requireShape('decode', 'latent', latent, [batch, count, hiddenSize]);
      const bridged = linearRows(params, names.BRIDGE, tf.reshape(latent, [batch * count, hiddenSize]));
      const table = decoder.positions(params);
      const seen = tf.add(bridged, rowsAt(table, visible));
      const maskToken = tf.reshape(parameter(params, names.MASK_TOKEN), [1, decoderHiddenSize]);
      const unseen = tf.add(maskToken, rowsAt(table, masked));
      const joined = tf.concat(
        [
          tf.reshape(seen, [batch, count, decoderHiddenSize]),
          tf.reshape(unseen, [batch, maskedCount, decoderHiddenSize]),
        ],
        1,
      ); // [B, K + M, decoder width]
      const entered = decoder.enter(params, tf.reshape(joined, [-1, decoderHiddenSize]), batch);
      const rows = decoderBlocks(config, params, entered, batch, recompute, maskedCount);
      const normed = normRows(params, names.DECODER_NORM, rows, decoderNormEps);
      return tf.reshape(normed, [batch, maskedCount, decoderHiddenSize]);
    },
    predictPixels(params, decoded) {
      requireTensor('predictPixels', 'decoded', decoded);
      const [batch, count] = decoded.shape;
      requireShape('predictPixels', 'decoded', decoded, [batch, count, decoderHiddenSize]);
      const rows = tf.reshape(decoded, [batch * count, decoderHiddenSize]) as tf.Tensor2D;
      return tf.reshape(linearRows(params, names.DECODER_HEAD, rows), [batch, count, predictionSize]);
    },
  };
}
