import * as tf from '@tensorflow/tfjs';
import { describer, number, optional, optionTable, recorded, text, wholeNumber } from '@tgm/options';
import { clampFromAbove } from './clamp-from-above.js';
import { LossError } from './errors.js';
import { infoNce, infoNceBaseline, meanNegatives } from './info-nce.js';
import { l2Normalise } from './l2-normalise.js';
import type { BatchLoss, LossInputs, Rows } from './loss.js';
import { checkRank, checkShape } from './shape-check.js';

export interface ContrastiveLossOptions {
  /** Temperature that training starts from, at least 0.01. Default 0.07, CLIP's. */
  readonly temperature?: number;
  /** The view whose embedding meets the caption. Default `reconstruct`, the view that the decoder reads. */
  readonly view?: string;
}

/** CLIP's ceiling for the scale of the cosines. */
const LARGEST_SCALE = 100;

const OPTIONS = optionTable(
  'contrastiveLoss',
  {
    temperature: optional(number({ from: 1 / LARGEST_SCALE }), 0.07),
    view: optional(text(), 'reconstruct'),
  } satisfies Record<keyof ContrastiveLossOptions, unknown>,
  LossError,
);

const WIDTHS = optionTable(
  'contrastiveLoss init',
  { video: wholeNumber({ from: 1 }), text: wholeNumber({ from: 1 }) },
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
 * Clips with the same caption or of the same sample are no negatives of each other.
 *
 * Rows: `video` and `text` [B, E] L2-normalised; `captionKey` and `sampleKey` [B, 2] int32. Figures: `negatives`, how many
 * a clip has on average; where there are none, the loss is 0 and nothing is learned. `baseline`, the loss where all look alike:
 * the mean of ln(1 + negatives).
 *
 * `init` throws LossError `OPTION_INVALID`; `rows` throws `VIEW_MISSING`, `TEXT_MISSING` and `SHAPE_MISMATCH`; `compare`
 * throws `SHAPE_MISMATCH` and `TOO_FEW_CLIPS`.
 *
 * @throws LossError `OPTION_INVALID`.
 */
export function contrastiveLoss(options: ContrastiveLossOptions = {}): BatchLoss {
  const checked = OPTIONS.check(options);
  const { temperature, view } = checked;
  return {
    kind: 'batch',
    name: 'contrastive',
    needs: { views: [view], text: true },
    init(random, widths) {
      const { video, text } = WIDTHS.check({ video: widths?.video, text: widths?.text });
      const bound = Math.sqrt(6 / (video + text)); // Xavier, as VideoMAE's linear layers
      const weight = Float32Array.from({ length: text * video }, () => (2 * random() - 1) * bound);
      return {
        [PROJECTION]: tf.tensor2d(weight, [text, video]),
        [LOGIT_SCALE]: tf.scalar(Math.log(1 / temperature)),
      };
    },
    rows(params, inputs) {
      const { embedding, textEmbedding, captionKey, sampleKey } = partsOf(inputs, view);
      const { [PROJECTION]: weight } = params ?? {};
      checkShape(weight, [textEmbedding.shape[1], embedding.shape[1]], PROJECTION);
      return tf.tidy(() => ({
        video: l2Normalise(tf.matMul(embedding, weight as tf.Tensor2D, false, true)), // [B, E]
        text: l2Normalise(textEmbedding), // [B, E]
        captionKey: tf.clone(captionKey),
        sampleKey: tf.clone(sampleKey),
      }));
    },
    compare(params, rows) {
      const { [LOGIT_SCALE]: logScale } = params ?? {};
      checkShape(logScale, [], LOGIT_SCALE);
      const { video, text, captionKey, sampleKey } = comparable(rows);
      return tf.tidy(() => {
        const scale = tf.exp(clampFromAbove(logScale as tf.Scalar, Math.log(LARGEST_SCALE)));
        return infoNce({ rows: video, columns: text, scale, keys: [captionKey, sampleKey] });
      });
    },
    figures(_params, rows) {
      const { video, captionKey, sampleKey } = comparable(rows);
      const keys = [captionKey, sampleKey];
      return {
        negatives: meanNegatives(keys, video.shape[0]),
        baseline: infoNceBaseline(keys, video.shape[0]),
      };
    },
    describe: describer('contrastiveLoss', recorded(OPTIONS, checked)),
  };
}

function partsOf(inputs: LossInputs, view: string) {
  const { embedding } = inputs?.views?.[view] ?? {};
  if (embedding === undefined) {
    throw new LossError('VIEW_MISSING', {
      where: 'contrastiveLoss',
      expected: `the view "${view}"`,
      received: inputs?.views ? `the views ${Object.keys(inputs.views).join(', ')}` : 'no views',
    });
  }
  const { textEmbedding, captionKey, sampleKey } = inputs;
  if (!textEmbedding || !captionKey) {
    throw new LossError('TEXT_MISSING', {
      where: 'contrastiveLoss',
      expected: 'textEmbedding and captionKey, which the contrastive loss requires',
      received: `no ${textEmbedding ? 'captionKey' : 'textEmbedding'}`,
    });
  }
  checkRank(embedding, 2, 'contrastiveLoss, embedding');
  const [clips] = embedding.shape;
  checkRank(textEmbedding, 2, 'contrastiveLoss, textEmbedding');
  checkShape(textEmbedding, [clips, textEmbedding.shape[1]!], 'contrastiveLoss, textEmbedding');
  checkShape(captionKey, [clips, 2], 'contrastiveLoss, captionKey');
  checkShape(sampleKey, [clips, 2], 'contrastiveLoss, sampleKey');
  return { embedding: embedding as tf.Tensor2D, textEmbedding, captionKey, sampleKey };
}

function comparable(rows: Rows) {
  const { video, text, captionKey, sampleKey } = (rows ?? {}) as Readonly<Record<string, tf.Tensor2D>>;
  checkRank(video, 2, 'contrastiveLoss, rows.video');
  const [clips] = video.shape;
  if (clips! < 2) {
    throw new LossError('TOO_FEW_CLIPS', {
      where: 'contrastiveLoss',
      expected: 'a batch of at least two clips, which are compared with each other',
      received: `${clips}`,
    });
  }
  checkShape(text, video.shape, 'contrastiveLoss, rows.text');
  checkShape(captionKey, [clips!, 2], 'contrastiveLoss, rows.captionKey');
  checkShape(sampleKey, [clips!, 2], 'contrastiveLoss, rows.sampleKey');
  return { video, text, captionKey, sampleKey } as Record<
    'video' | 'text' | 'captionKey' | 'sampleKey',
    tf.Tensor2D
  >;
}
