import * as tf from '@tensorflow/tfjs';
import { clampFromAbove, infoNce, infoNceBaseline, l2Normalise, meanNegatives } from '@tgm/losses';
import { type ClipModel, type ClipModelTokenizer, type Params, saveClipModel } from '@tgm/models';
import {
  describer,
  nested,
  number,
  objectWith,
  optional,
  optionTable,
  recorded,
  unrecorded,
} from '@tgm/options';
import { TrainError } from '../errors.js';
import type { Objective, Rows } from '../trainer/objective.js';
import type { ClipModelBatch } from './clip-model-batch.js';

export interface ClipModelObjectiveOptions {
  readonly model: ClipModel;
  /** Lies beside the parameters in a checkpoint, which `loadClipModel` then opens. */
  readonly tokenizer: ClipModelTokenizer;
  /**
   * Adds the term `patches`, the contrast of the texts with the mean of the value features of each image's patches. They are
   * what guides masks. Default: no such term.
   */
  readonly patchTerm?: {
    /** Above 0; the term `image` has 1. */
    readonly weight: number;
  };
  /**
   * Adds the term `paraphrase`, the contrast of texts with their paraphrases, in batches that have some. It keeps apart in the
   * texts what no image shows. Default: no such term.
   */
  readonly paraphraseTerm?: {
    /** Above 0; the term `image` has 1. */
    readonly weight: number;
  };
}

const term = () => optional(nested({ weight: number({ above: 0 }) }));

const OPTIONS = optionTable(
  'clipModelObjective',
  {
    model: objectWith<ClipModel>('a ClipModel', [
      'init',
      'encodeImage',
      'patchFeatures',
      'encodeText',
      'describe',
    ]),
    tokenizer: unrecorded(
      objectWith<ClipModelTokenizer>('a ClipModelTokenizer', ['encode', 'json', 'config', 'contextLength']),
    ),
    patchTerm: term(),
    paraphraseTerm: term(),
  } satisfies Record<keyof ClipModelObjectiveOptions, unknown>,
  TrainError,
);

const LOGIT_SCALE = 'logit_scale';

/** CLIP never scales its cosines by more (section 2.5). */
const LARGEST_SCALE = 100;

/** Factor of the cosines between texts: at 10, it pays that texts of different meaning are far apart. */
const PARAPHRASE_SCALE = 10;

/**
 * Learns which text goes with which image, both towers trained: A. Radford et al., CLIP, arXiv 2103.00020.
 *
 * Terms, each a symmetric InfoNCE over the whole batch that begins near the logarithm of what is compared:
 * - `image`: the embeddings of the images and of their texts. Pairs of equal `matchKey` or `sampleKey` are no negatives.
 * - `patches`: the same with the means of the patches' features, under `patchTerm`.
 * - `paraphrase`: texts and their paraphrases, under `paraphraseTerm`. Texts of equal `meaning` are no negatives.
 *
 * The first two scale cosines by the exponential of CLIP's parameter `logit_scale`, at most 100; the third by 10. A batch of
 * texts alone has the third only, and leaves the image tower as it is. Figures: `scale`; `image negatives` and
 * `paraphrase negatives`, how many a row has on average; where there are none, nothing is learned; and of each term
 * `<term> baseline`, what it is where all look alike.
 *
 * Weight decay holds for all weights that are not gains or biases (section 2.5), which are those of two axes or more, as
 * OpenCLIP has it: embeddings of words and of positions decay; norms, biases, the class token and `logit_scale` do not.
 *
 * @throws TrainError `OPTION_INVALID`; `part` and `whole` throw it for a batch that has none of the terms, of fewer than two
 *   pairs, or whose texts do not fit.
 */
export function clipModelObjective(options: ClipModelObjectiveOptions): Objective<ClipModelBatch> {
  const checked = OPTIONS.check(options);
  const { model, tokenizer, patchTerm, paraphraseTerm } = checked;
  return {
    weights: {
      image: 1,
      ...(patchTerm ? { patches: patchTerm.weight } : {}),
      ...(paraphraseTerm ? { paraphrase: paraphraseTerm.weight } : {}),
    },
    init: (random) => ({ params: model.init(random) }),
    part(params, _buffers, { texts, images }) {
      requireTerms(texts, images, paraphraseTerm !== undefined);
      const embedded = l2Normalise(model.encodeText(params, texts.tokenIds, texts.endPositions)); // [R, E]
      const rows: Record<string, tf.Tensor> = {};
      if (images) {
        const { patches, positions, matchKey, sampleKey } = images;
        rows.image = l2Normalise(model.encodeImage(params, patches, positions)); // [B, E]
        if (patchTerm) rows.patches = meanOfPatches(model, params, patches, positions); // [B, E]
        rows.text = tf.slice(embedded, [0, 0], [patches.shape[0], -1]); // [B, E]
        rows.matchKey = tf.clone(matchKey);
        rows.sampleKey = tf.clone(sampleKey);
      }
      if (paraphraseTerm && texts.meaning) {
        const [first, second] = tf.split(embedded, 2) as [tf.Tensor2D, tf.Tensor2D]; // [R / 2, E] each
        Object.assign(rows, { first, second, meaning: tf.clone(texts.meaning) });
      }
      return { terms: {}, rows };
    },
    whole: (params, _buffers, rows) => ({
      terms: { ...imageTerms(params, rows), ...paraphrases(rows) },
      figures: figuresOf(params, rows),
    }),
    group: (_name, shape) => ({ decays: shape.length > 1, rateScale: 1 }),
    artefacts: (params) => [
      { folder: '.', write: (path) => saveClipModel(path, { model, params, tokenizer }) },
    ],
    describe: describer('clipModelObjective', recorded(OPTIONS, checked)),
  };
}

/** [B, E] the mean of the patches' normalised features, normalised. */
function meanOfPatches(model: ClipModel, params: Params, patches: tf.Tensor3D, positions?: tf.Tensor2D) {
  const [batch, count] = patches.shape;
  const features = model.patchFeatures(params, patches, 'value', positions); // [B, K, E]
  const rows = l2Normalise(tf.reshape(features, [batch * count, -1]));
  return l2Normalise(tf.mean(tf.reshape(rows, [batch, count, -1]), 1));
}

type Named = Readonly<Record<string, tf.Tensor2D | undefined>>;

function imageTerms(params: Params, rows: Rows): Record<string, tf.Scalar> {
  const { image, patches, text, matchKey, sampleKey } = rows as Named;
  if (!image) return {};
  if (image.shape[0] < 2) throw refusal('at least two pairs, which are compared', `${image.shape[0]}`);
  const scale = scaleOf(params);
  const compared = (embedded: tf.Tensor2D) =>
    infoNce({ rows: embedded, columns: text!, scale, keys: [matchKey!, sampleKey!] });
  return { image: compared(image), ...(patches ? { patches: compared(patches) } : {}) };
}

function paraphrases(rows: Rows): Record<string, tf.Scalar> {
  const { first, second, meaning } = rows as Named;
  if (!first) return {};
  const scale = tf.scalar(PARAPHRASE_SCALE);
  return { paraphrase: infoNce({ rows: first, columns: second!, scale, keys: [meaning!] }) };
}

function figuresOf(params: Params, rows: Rows): Record<string, tf.Scalar> {
  const { image, patches, matchKey, sampleKey, meaning } = rows as Named;
  const pairs = image && ([[matchKey!, sampleKey!], image.shape[0]] as const);
  const texts = meaning && ([[meaning], meaning.shape[0]] as const);
  return {
    ...(pairs && {
      scale: scaleOf(params),
      'image negatives': meanNegatives(...pairs),
      'image baseline': infoNceBaseline(...pairs),
    }),
    ...(pairs && patches && { 'patches baseline': infoNceBaseline(...pairs) }),
    ...(texts && {
      'paraphrase negatives': meanNegatives(...texts),
      'paraphrase baseline': infoNceBaseline(...texts),
    }),
  };
}

const scaleOf = (params: Params): tf.Scalar =>
  tf.exp(clampFromAbove(params[LOGIT_SCALE] as tf.Scalar, Math.log(LARGEST_SCALE)));

function requireTerms(
  { tokenIds, meaning }: ClipModelBatch['texts'],
  images: ClipModelBatch['images'],
  hasParaphraseTerm: boolean,
): void {
  const texts = tokenIds.shape[0];
  if (!images && !(meaning && hasParaphraseTerm)) {
    throw refusal('images, or paraphrases under the option paraphraseTerm', 'neither');
  }
  if (meaning && 2 * meaning.shape[0] !== texts) {
    throw refusal(`${2 * meaning.shape[0]} texts, the second half paraphrases`, `${texts}`);
  }
  const own = meaning ? meaning.shape[0] : texts;
  if (images && images.patches.shape[0] > own) {
    throw refusal(`a text of each of ${images.patches.shape[0]} images`, `${own} texts`);
  }
}

const refusal = (expected: string, received: string): TrainError =>
  new TrainError('OPTION_INVALID', { where: 'clipModelObjective, batch', expected, received });
