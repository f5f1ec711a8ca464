import * as tf from '@tensorflow/tfjs';
import { tokenCount } from '@tgm/masking';
import { type VideoMae, type VideoMaeEncoder, videoMaeEncoder } from '@tgm/models';
import { describer, number, optionTable, recorded } from '@tgm/options';
import { TrainError } from '../../errors.js';
import type { GraphMasking } from './graph-masking.js';
import { gumbelNoise } from './gumbel-noise.js';
import { ofPrefix, underPrefix } from './prefixed-params.js';

export interface AdaptiveMaskingOptions {
  /** Share of the tokens that are masked, [0, 1). The paper's best is 0.95. */
  readonly ratio: number;
}

const OPTIONS = optionTable(
  'adaptiveMasking',
  { ratio: number({ from: 0, below: 1 }) } satisfies Record<keyof AdaptiveMaskingOptions, unknown>,
  TrainError,
);

const NAME = 'adaptive';
const PREFIX = `${NAME}.`;
const SCORES = `${PREFIX}scores.weight`;
/** The block is the first of an encoder's. */
const BLOCK = 'videomae.encoder.';

/**
 * AdaMAE (Bandara et al., arXiv 2211.09120, section 3.2; MIT code; grade A): a block of attention over all tokens and a linear
 * map give each token a probability, a softmax over the clip; visible tokens are drawn by it without replacement. Its losses are
 * `reconstructionLoss` and `samplingLoss` with a weight of 1e-4, which makes those tokens likely seen that are reconstructed badly.
 *
 * `samplingLoss` alone teaches the scorer: without it masks stay as they are drawn at the start.
 *
 * The draw is Gumbel's top-k. As in the code, the block has no biases on query, key and value, and its gradient reaches the patch
 * embedding. Reconstructions of ours: as many heads as the encoder has in place of 8, the model's positions in place of a table of
 * its own, no dropout, no bias behind the linear map, which the softmax would cancel.
 *
 * Parameters: `adaptive.videomae.encoder.layer.0.…`, and `adaptive.scores.weight` [1, D].
 *
 * @throws TrainError `OPTION_INVALID`.
 */
export function adaptiveMasking(options: AdaptiveMaskingOptions): GraphMasking {
  const checked = OPTIONS.check(options);
  return {
    name: NAME,
    ratio: checked.ratio,
    requires: [],
    init(random, model) {
      const drawn = Object.entries(samplerOf(model).init(random));
      const block = drawn.filter(([name]) => name.startsWith(BLOCK));
      const width = model.config.hiddenSize;
      const bound = Math.sqrt(6 / (width + 1)); // Xavier, as the block's
      const scores = Float32Array.from({ length: width }, () => (2 * random() - 1) * bound);
      return {
        params: {
          ...underPrefix(PREFIX, Object.fromEntries(block)),
          [SCORES]: tf.tensor2d(scores, [1, width]),
        },
      };
    },
    noise: (random, grid) => gumbelNoise(random, tokenCount(grid)),
    choose(params, _buffers, { model, embedded, noise }) {
      const [clips, count, width] = embedded.shape;
      const mixed = samplerOf(model).encodeEmbedded(ofPrefix(PREFIX, params), embedded); // [B, N, D]
      const rows = tf.reshape(mixed, [clips * count, width]);
      const scores = tf.reshape(tf.matMul(rows, params[SCORES]!, false, true), [clips, count]);
      const logProbability = tf.logSoftmax(scores) as tf.Tensor2D;
      return { order: tf.topk(tf.add(logProbability, noise), count).indices, logProbability };
    },
    describe: describer('adaptiveMasking', recorded(OPTIONS, checked)),
  };
}

/** One block without a norm behind it, of an encoder of the same width. */
function samplerOf({ config }: VideoMae): VideoMaeEncoder {
  const { imageSize, patchSize, numFrames, tubeletSize, hiddenSize } = config;
  const { numAttentionHeads, intermediateSize, layerNormEps } = config;
  return videoMaeEncoder({
    ...{ imageSize, patchSize, numFrames, tubeletSize, hiddenSize },
    ...{ numAttentionHeads, intermediateSize, layerNormEps },
    numHiddenLayers: 1,
    qkvBias: false,
    useMeanPooling: true,
  });
}
