import * as tf from '@tensorflow/tfjs';
import { chooseIndices, maskedCount, type Random } from '@tgm/masking';
import { type ClipModel, type ClipModelTokenizer, frameTokens } from '@tgm/models';
import { showValue } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { ClipModelBatch } from '../objectives/clip-model-batch.js';
import type { ImageTextPair, Wording } from './image-text-pairs.js';
import { textKeys } from './text-keys.js';

/** Texts are cut to a multiple of this many places, so that few shapes, and few graphs, come of many lengths. */
const PLACES = 8;

/** @throws TrainError `EXAMPLE_INVALID` for a pair whose id or texts are no texts. */
export function requireTexts(pair: ImageTextPair): void {
  const refuse = (expected: string, received: unknown): never => {
    const where = `imageTextBatches, sample ${pair?.id}`;
    throw new TrainError('EXAMPLE_INVALID', { where, expected, received: showValue(received) });
  };
  if (typeof pair?.id !== 'string') refuse('a pair with an id, a text', pair);
  for (const { text, paraphrase } of [pair, ...(pair.others ?? [])]) {
    if (typeof text !== 'string') refuse('a text', text);
    if (paraphrase !== undefined && typeof paraphrase !== 'string')
      refuse('a text as paraphrase', paraphrase);
  }
}

/** @throws TrainError `EXAMPLE_INVALID` where some pairs of a batch have an image or a paraphrase and others have none. */
export function requireAlike(pairs: readonly ImageTextPair[]): void {
  const images = pairs.filter(({ image }) => image);
  requireAllOrNone('pairs with an image', images.length, pairs.length);
  const wordings: readonly Wording[] = pairs.flatMap((pair) => [pair, ...(pair.others ?? [])]);
  const paraphrases = wordings.filter(({ paraphrase }) => paraphrase !== undefined);
  requireAllOrNone('texts with a paraphrase', paraphrases.length, wordings.length);
}

/** The texts of pairs, then those that belong to no image, then the paraphrases of all in the same order. */
export function textTensors(
  tokenizer: ClipModelTokenizer,
  pairs: readonly ImageTextPair[],
): ClipModelBatch['texts'] {
  const wordings: readonly Wording[] = [...pairs, ...pairs.flatMap(({ others = [] }) => others)];
  const paraphrases = wordings.flatMap(({ paraphrase }) => paraphrase ?? []);
  const texts = [...wordings.map(({ text }) => text), ...paraphrases].map((text) => tokenizer.encode(text));
  const used = Math.max(...texts.map(({ end }) => end + 1));
  const length = Math.min(Math.ceil(used / PLACES) * PLACES, tokenizer.contextLength);
  const tokenIds = new Int32Array(texts.length * length);
  for (const [row, { ids }] of texts.entries()) tokenIds.set(ids.subarray(0, length), row * length);
  return {
    tokenIds: tf.tensor2d(tokenIds, [texts.length, length], 'int32'),
    endPositions: tf.tensor1d(
      texts.map(({ end }) => end),
      'int32',
    ),
    ...(paraphrases.length > 0
      ? { meaning: keyTensor(wordings.map(({ text, meaning }) => meaning ?? text)) }
      : {}),
  };
}

/**
 * The images of pairs, or nothing where they have none.
 *
 * @param dropped the share of each image's patches that are left out, drawn by its generator in `randoms`.
 */
export function imageTensors(
  model: ClipModel,
  pairs: readonly ImageTextPair[],
  dropped: number,
  randoms: readonly Random[],
): ClipModelBatch['images'] {
  const images = pairs.flatMap(({ image }) => image ?? []);
  if (images.length === 0) return undefined;
  const { imageSize, patchSize } = model.config.visionConfig;
  const layout = { numFrames: 1, tubeletSize: 1, imageSize, patchSize };
  const patches = (imageSize / patchSize) ** 2;
  const kept = patches - maskedCount(patches, dropped);
  const size = patchSize * patchSize * 3;
  const pixels = new Float32Array(pairs.length * kept * size);
  const positions = new Int32Array(pairs.length * kept);
  for (const [row, { id }] of pairs.entries()) {
    const shown =
      kept < patches
        ? chooseIndices(kept, patches, randoms[row]!).sort()
        : Uint32Array.from({ length: patches }, (_, patch) => patch);
    positions.set(shown, row * kept);
    try {
      frameTokens(images[row]!, layout, shown, model.pixels, pixels, row * kept * size);
    } catch (cause) {
      throw new TrainError('EXAMPLE_INVALID', {
        where: `imageTextBatches, sample ${id}`,
        expected: `an image of ${imageSize} x ${imageSize}`,
        received: cause instanceof Error ? cause.message : String(cause),
        cause,
      });
    }
  }
  return {
    patches: tf.tensor3d(pixels, [pairs.length, kept, size]),
    ...(kept < patches ? { positions: tf.tensor2d(positions, [pairs.length, kept], 'int32') } : {}),
    matchKey: keyTensor(matchesOf(pairs)),
    sampleKey: keyTensor(pairs.map(({ id }) => id)),
  };
}

/** What tells which pairs' images go with each other's texts. */
export const matchesOf = (pairs: readonly ImageTextPair[]): readonly string[] =>
  pairs.map(({ text, match }) => match ?? text);

const keyTensor = (texts: readonly string[]): tf.Tensor2D =>
  tf.tensor2d(textKeys(texts), [texts.length, 2], 'int32');

function requireAllOrNone(what: string, some: number, all: number): void {
  if (some === 0 || some === all) return;
  throw new TrainError('EXAMPLE_INVALID', {
    where: 'imageTextBatches, pairs.load',
    expected: `all or none of the ${what}`,
    received: `${some} of ${all}`,
  });
}
