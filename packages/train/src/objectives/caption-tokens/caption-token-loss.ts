import * as tf from '@tensorflow/tfjs';
import type {
  CaptionTokenizer,
  CaptionTokenNeeds,
  CaptionTokens,
  ClipLoss,
  LossInputs,
  Params,
} from '@tgm/losses';
import { type CaptionDecoder, captionDecoder } from '@tgm/models';
import { describer, optional, optionTable, recorded, text, wholeNumber } from '@tgm/options';
import { TrainError } from '../../errors.js';
import { captionTokenFields } from './caption-token-fields.js';

export interface CaptionTokenLossOptions {
  readonly tokenizer: CaptionTokenizer;
  /** L, places of a caption; what is longer loses its end. Default 32. */
  readonly length?: number;
  /** Share of a caption's tokens that are hidden, above 0 and to 1; one at least. Default 0.75, M3AE's. */
  readonly ratio?: number;
  /** The view whose tokens the words are said from. Default `reconstruct`. */
  readonly view?: string;
  /** H, the decoder's width, a multiple of `heads`. Default 128. */
  readonly width?: number;
  /** Transformer blocks. Default 1. */
  readonly layers?: number;
  /** Default 4. */
  readonly heads?: number;
}

const { tokenizer, length, ratio } = captionTokenFields();

const OPTIONS = optionTable(
  'captionTokenLoss',
  {
    tokenizer,
    length: optional(length, 32),
    ratio: optional(ratio, 0.75),
    view: optional(text(), 'reconstruct'),
    width: optional(wholeNumber({ from: 1 }), 128),
    layers: optional(wholeNumber({ from: 1 }), 1),
    heads: optional(wholeNumber({ from: 1 }), 4),
  } satisfies Record<keyof CaptionTokenLossOptions, unknown>,
  TrainError,
);

const NAME = 'captionTokens';
const PREFIX = `${NAME}.`;

/**
 * Says the hidden words of a caption beside the video: masked language modelling on [the visible tokens of the video; the caption], by
 * a decoder of its own, the `captionDecoder` of `@tgm/models` with an MLP of four times its width. X. Geng et al., M3AE, arXiv
 * 2205.14204, which hides three quarters of the words (A: paper).
 *
 * What departs from M3AE (R): there one encoder reads pictures and words together, and one decoder reconstructs both. Here the
 * encoder of the video never sees a word, so that it serves for video alone; words meet it in this decoder, which is thrown away.
 *
 * The name is `captionTokens`, as are the parameters' names with a dot behind. The term is the mean over clips of the mean
 * cross-entropy of a caption's hidden words, 0 for a caption without words; padding is neither seen nor said. Figures: `baseline`,
 * what a decoder comes to that knows how often each of the hidden words at hand is and nothing else; `accuracy`, the share of them
 * whose likeliest word is right.
 *
 * `compute` and `figures` throw TrainError `OPTION_INVALID` for inputs without the view or the tokens.
 *
 * @throws TrainError `OPTION_INVALID`, also for a width that is no multiple of the heads.
 */
export function captionTokenLoss(options: CaptionTokenLossOptions): ClipLoss {
  const checked = OPTIONS.check(options);
  const { tokenizer, length, ratio, view, width, layers, heads } = checked;
  if (width % heads !== 0) {
    throw new TrainError('OPTION_INVALID', {
      where: 'captionTokenLoss, option width',
      expected: `a multiple of the ${heads} heads`,
      received: `${width}`,
    });
  }
  const needs: CaptionTokenNeeds = { tokenizer, length, ratio };

  const decoderOf = (videoSize: number): CaptionDecoder =>
    captionDecoder({
      videoSize,
      vocabSize: tokenizer.vocabulary,
      maxPositionEmbeddings: length,
      hiddenSize: width,
      numHiddenLayers: layers,
      numAttentionHeads: heads,
      intermediateSize: 4 * width,
    });

  /** [B * L, V] how likely each word is at each place. */
  function logitsOf(params: Params, inputs: LossInputs): tf.Tensor2D {
    const { tokens } = inputs.views[view]!;
    const own = Object.entries(params).flatMap(([name, tensor]) =>
      name.startsWith(PREFIX) ? [[name.slice(PREFIX.length), tensor] as const] : [],
    );
    const decoder = decoderOf(tokens.shape[2]);
    const logits = decoder.decode(Object.fromEntries(own), tokens, inputs.captionTokens!);
    return tf.reshape(logits, [-1, tokenizer.vocabulary]);
  }

  return {
    kind: 'clip',
    name: NAME,
    needs: { views: [view], text: false, captionTokens: needs },
    init(random, { video }) {
      const drawn = decoderOf(video).init(random);
      return Object.fromEntries(Object.entries(drawn).map(([name, tensor]) => [PREFIX + name, tensor]));
    },
    compute(params, inputs) {
      const tokens = requireTokens(inputs, view);
      return tf.tidy(() => {
        const logits = logitsOf(params, inputs);
        const [places, words] = logits.shape;
        const ids = tf.reshape(tokens.ids, [-1]);
        const starts = tf.range(0, places, 1, 'int32').mul(tf.scalar(words, 'int32'));
        const right = tf.gather(tf.reshape(logits, [-1]), tf.cast(tf.add(starts, ids), 'int32')); // [B * L]
        const losses = tf.sub(tf.logSumExp(logits, 1), right);
        return tf.sum(tf.mul(losses, sharesOf(tokens))) as tf.Scalar;
      });
    },
    figures(params, inputs) {
      const tokens = requireTokens(inputs, view);
      return tf.tidy(() => {
        const shares = sharesOf(tokens); // [B * L]
        const all = tf.sum(shares);
        const ids = tf.reshape(tokens.ids, [-1]);
        // Each word with each other, which does not grow with the vocabulary.
        const same = tf.cast(tf.equal(tf.expandDims(ids, 1), tf.expandDims(ids, 0)), 'float32');
        const often = tf.divNoNan(tf.sum(tf.mul(same, shares), 1), all);
        const surprise = tf.neg(tf.log(tf.maximum(often, Number.EPSILON)));
        const right = tf.cast(tf.equal(tf.argMax(logitsOf(params, inputs), 1), ids), 'float32');
        return {
          baseline: tf.sum(tf.mul(surprise, shares)) as tf.Scalar,
          accuracy: tf.divNoNan(tf.sum(tf.mul(right, shares)), all) as tf.Scalar,
        };
      });
    },
    describe: describer('captionTokenLoss', recorded(OPTIONS, checked)),
  };
}

/** [B * L] the share of each hidden word in a mean over clips of means over their hidden words; 0 for others. */
function sharesOf({ masked }: CaptionTokens): tf.Tensor1D {
  const hidden = tf.cast(masked, 'float32');
  const shares = tf.divNoNan(hidden, tf.sum(hidden, 1, true));
  return tf.reshape(tf.div(shares, masked.shape[0]), [-1]);
}

function requireTokens(inputs: LossInputs, view: string): CaptionTokens {
  const refuse = (expected: string): never => {
    throw new TrainError('OPTION_INVALID', { where: 'captionTokenLoss, inputs', expected, received: 'none' });
  };
  if (!inputs?.views?.[view]) refuse(`the view "${view}"`);
  return inputs.captionTokens ?? refuse('captionTokens');
}
