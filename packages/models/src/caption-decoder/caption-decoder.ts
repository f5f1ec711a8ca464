import * as tf from '@tensorflow/tfjs';
import type { Random } from '@tgm/masking';
import {
  type Description,
  describer,
  number,
  optional,
  optionTable,
  recorded,
  wholeNumber,
} from '@tgm/options';
import { gelu } from '@tgm/tfjs-backend-onnx';
import { optionsSource, requireMultiple } from '../config-source.js';
import { ModelError } from '../errors.js';
import { inputShape, requireIndices, requireShape, requireTensor } from '../input-shape.js';
import { initParams, type ParameterSpec, type Params, parameter } from '../params.js';
import { linearRows, normRows, transformerBlock } from '../transformer-block.js';
import type { CaptionDecoderConfig } from './config.js';
import * as names from './parameters.js';

/** The tokens of B captions. */
export type CaptionInputs = {
  /** [B, L] int32, 0 to V - 1; anything of these where nothing is used. */
  readonly ids: tf.Tensor2D;
  /** [B, L] 1 for a token of the caption, 0 for padding, which nobody sees. */
  readonly used: tf.Tensor2D;
  /** [B, L] 1 for a token that is hidden. */
  readonly masked: tf.Tensor2D;
};

/**
 * Says the hidden words of a caption from its other words and from the tokens of a video: pure functions. Pre-norm blocks as Video
 * MAE's over [the video's tokens; the caption's], in both directions. Words are embedded and said by one table, as in BERT. The
 * video's tokens come without further positions, since the encoder has given them some.
 */
export interface CaptionDecoder {
  readonly config: CaptionDecoderConfig;
  readonly parameters: readonly ParameterSpec[];
  describe(): Description;
  /** Fresh parameters; the caller disposes them. */
  init(random: Random): Params;
  /**
   * @param video [B, K, D]
   * @returns [B, L, V] of each place how likely each word is, before the softmax.
   */
  decode(params: Params, video: tf.Tensor3D, caption: CaptionInputs): tf.Tensor3D;
}

const count = () => wholeNumber({ from: 1 });

const FIELDS = {
  videoSize: count(),
  vocabSize: wholeNumber({ from: 2 }),
  maxPositionEmbeddings: count(),
  hiddenSize: count(),
  numHiddenLayers: count(),
  numAttentionHeads: count(),
  intermediateSize: count(),
  layerNormEps: optional(number({ above: 0 }), 1e-6),
} satisfies Record<keyof CaptionDecoderConfig, unknown>;

const table = optionTable('captionDecoder', FIELDS, ModelError);

/** Far below every score, and still finite. */
const UNSEEN = -1e9;

/** @throws ModelError with `OPTION_INVALID` when the configuration is one that no decoder can have. */
export function captionDecoder(given: CaptionDecoderConfig): CaptionDecoder {
  const source = optionsSource('captionDecoder', given);
  const config = table.check(given);
  requireMultiple(source, config, 'hiddenSize', 'numAttentionHeads');
  const { videoSize, vocabSize, maxPositionEmbeddings: places, hiddenSize, numHiddenLayers } = config;
  const parameters = names.captionDecoderParameters(config);
  const shape = {
    heads: config.numAttentionHeads,
    epsilon: config.layerNormEps,
    activation: gelu,
    recompute: false,
  };
  return {
    config,
    parameters,
    describe: describer('captionDecoder', recorded(table, config)),
    init: (random) => initParams(parameters, random),
    decode(params, video, { ids, used, masked }) {
      const [batch, length] = requireIndices('captionDecoder', 'ids', ids);
      if (length > places) throw inputShape('captionDecoder', 'ids', `at most ${places} a row`, `${length}`);
      requireShape('captionDecoder', 'used', used, [batch, length]);
      requireShape('captionDecoder', 'masked', masked, [batch, length]);
      requireTensor('captionDecoder', 'video', video);
      const seen = video.shape[1] ?? 0;
      requireShape('captionDecoder', 'video', video, [batch, seen, videoSize]);

      const bridged = linearRows(params, names.BRIDGE, tf.reshape(video, [batch * seen, videoSize]));
      const words = parameter<tf.Tensor2D>(params, names.WORDS);
      const shown = tf.reshape(tf.gather(words, tf.reshape(ids, [-1])), [batch, length, hiddenSize]);
      const hidden = tf.reshape(tf.cast(masked, 'float32'), [batch, length, 1]);
      const maskToken = tf.reshape(parameter(params, names.MASK_TOKEN), [1, 1, hiddenSize]);
      const known = tf.add(tf.mul(shown, tf.sub(1, hidden)), tf.mul(maskToken, hidden));
      const positions = tf.slice(parameter(params, names.POSITIONS), [0, 0], [length, -1]);
      const joined = tf.concat([tf.reshape(bridged, [batch, seen, hiddenSize]), tf.add(known, positions)], 1); // [B, K + L, H]

      const padding = tf.mul(tf.sub(1, tf.cast(used, 'float32')), UNSEEN); // [B, L]
      const mask = tf.reshape(tf.concat([tf.zeros([batch, seen]), padding], 1), [batch, 1, 1, seen + length]);
      let rows = tf.reshape(joined, [batch * (seen + length), hiddenSize]) as tf.Tensor2D;
      for (let index = 0; index < numHiddenLayers; index++) {
        const last = index === numHiddenLayers - 1 ? { last: length } : {};
        rows = transformerBlock(params, names.captionBlock(index), shape, rows, batch, { mask, ...last });
      }
      const normed = normRows(params, names.NORM, rows, config.layerNormEps); // [B * L, H]
      const logits = linearRows(params, { weight: names.WORDS, bias: names.WORD_BIAS }, normed);
      return tf.reshape(logits, [batch, length, vocabSize]);
    },
  };
}
