import * as tf from '@tensorflow/tfjs';
import { number, optional, optionTable, wholeNumber } from '@tgm/options';
import { clampFromAbove } from './clamp-from-above.js';
import { LossError } from './errors.js';
import { infoNce } from './info-nce.js';
import { l2Normalise } from './l2-normalise.js';
import type { Loss, LossInputs } from './loss.js';
import { checkRank, checkShape } from './shape-check.js';

export interface ContrastiveLossOptions {
  /** Temperature that training starts from, at least 0.01. Default 0.07, CLIP's. */
  readonly temperature?: number;
}

/** CLIP's ceiling for the scale of the cosines. */
const LARGEST_SCALE = 100;

const OPTIONS = optionTable(
  'contrastiveLoss',
  { temperature: optional(number({ from: 1 / LARGEST_SCALE }), 0.07) } satisfies Record<
    keyof ContrastiveLossOptions,
    unknown
  >,
  LossError,
);

const WIDTHS = optionTable(
  'contrastiveLoss init',
  { videoWidth: wholeNumber({ from: 1 }), textWidth: wholeNumber({ from: 1 }) },
  LossError,
);

const PROJECTION = 'contrastive.projection.weight';
const LOGIT_SCALE = 'contrastive.logit_scale';

/**
 * Draws each clip's embedding to the frozen text embedding of its caption and away from the others of the batch: the
 * second term of TGM (Fan et al., ECCV 2024), symmetric InfoNCE with a learned temperature.
 *
 * Parameters: `contrastive.projection.weight` [E, D], the linear map from the encoder's width to the text's, without
 * bias; `contrastive.logit_scale` [], the logarithm of 1 / temperature, clamped at ln 100. Both sides are L2-normalised.
 * Equal numbers in `captionGroup` are no negatives of each other.
 *
 * `init` throws LossError `OPTION_INVALID`, `compute` `TEXT_MISSING` and `SHAPE_MISMATCH`.
 *
 * @throws LossError `OPTION_INVALID`.
 */
export function contrastiveLoss(options: ContrastiveLossOptions = {}): Loss {
  const { temperature } = OPTIONS.check(options);
  return {
    name: 'contrastive',
    needsText: true,
    init(random, videoWidth, textWidth) {
      WIDTHS.check({ videoWidth, textWidth });
      const bound = Math.sqrt(6 / (videoWidth + textWidth)); // Xavier, as VideoMAE's linear layers
      const weight = Float32Array.from({ length: textWidth * videoWidth }, () => (2 * random() - 1) * bound);
      return {
        [PROJECTION]: tf.tensor2d(weight, [textWidth, videoWidth]),
        [LOGIT_SCALE]: tf.scalar(Math.log(1 / temperature)),
      };
    },
    compute(params, inputs) {
      const { videoEmbedding, textEmbedding, captionGroup } = withText(inputs);
      checkRank(videoEmbedding, 2, 'contrastiveLoss, videoEmbedding');
      checkRank(textEmbedding, 2, 'contrastiveLoss, textEmbedding');
      const { [PROJECTION]: weight, [LOGIT_SCALE]: logScale } = params ?? {};
      checkShape(logScale, [], LOGIT_SCALE);
      checkShape(weight, [textEmbedding.shape[1], videoEmbedding.shape[1]], PROJECTION);
      return tf.tidy(() => {
        const video = l2Normalise(tf.matMul(videoEmbedding, weight as tf.Tensor2D, false, true)); // [B, E]
        const text = l2Normalise(textEmbedding); // [B, E]
        const scale = tf.exp(clampFromAbove(logScale as tf.Scalar, Math.log(LARGEST_SCALE)));
        return infoNce({ video, text, scale, captionGroup });
      });
    },
  };
}

function withText(inputs: LossInputs): Required<LossInputs> {
  const { textEmbedding, captionGroup } = inputs ?? {};
  if (textEmbedding && captionGroup) return { ...inputs, textEmbedding, captionGroup };
  const absent = textEmbedding ? 'captionGroup' : 'textEmbedding';
  throw new LossError('TEXT_MISSING', {
    expected: 'textEmbedding and captionGroup, which the contrastive loss requires',
    received: `no ${absent}`,
    where: 'contrastiveLoss',
  });
}
