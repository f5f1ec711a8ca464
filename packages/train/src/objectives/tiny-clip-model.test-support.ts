import { seededRandom, uniformIndex } from '@tgm/masking';
import {
  type ClipModel,
  type ClipModelTokenizer,
  clipModel,
  clipModelTokenizer,
  clipModelTokenizerJson,
} from '@tgm/models';
import type { ImageTextPair, ImageTextPairs } from '../data/image-text-pairs.js';

const LETTERS = [...'abcdefgh'];
const TOKENS = [...LETTERS, ...LETTERS.map((letter) => `${letter}</w>`), '<|startoftext|>', '<|endoftext|>'];

/** A tokenizer of the letters a to h. */
export function letters(contextLength = 12): ClipModelTokenizer {
  const { json, config } = clipModelTokenizerJson(
    Object.fromEntries(TOKENS.map((token, id) => [token, id])),
    [],
  );
  return clipModelTokenizer(json, config, contextLength);
}

/** Images of 8 x 8 in 16 patches. */
export const tinyClipModel = (): ClipModel =>
  clipModel({
    projectionDim: 6,
    logitScaleInitValue: Math.log(1 / 0.07),
    textConfig: {
      hiddenSize: 8,
      intermediateSize: 16,
      numHiddenLayers: 1,
      numAttentionHeads: 2,
      hiddenAct: 'gelu',
      layerNormEps: 1e-5,
      vocabSize: TOKENS.length,
      maxPositionEmbeddings: 12,
    },
    visionConfig: {
      hiddenSize: 12,
      intermediateSize: 24,
      numHiddenLayers: 2,
      numAttentionHeads: 3,
      hiddenAct: 'quick_gelu',
      layerNormEps: 1e-5,
      imageSize: 8,
      patchSize: 2,
    },
  });

/**
 * Plain images of noise about a colour of their own, each named by the letter of its colour and another. The paraphrase has the
 * two letters the other way round. Every pair has a further text that belongs to no image.
 */
export function colours(
  count: number,
  imagesIn: (batch: number) => boolean = () => true,
): ImageTextPairs & { pair(index: number): ImageTextPair } {
  const pair = (index: number): ImageTextPair => {
    const random = seededRandom('colours', index);
    const colour = index % 4;
    const second = 4 + uniformIndex(4, random);
    const words = [LETTERS[colour]!, LETTERS[second]!];
    const [of, other] = [words, [LETTERS[colour]!, LETTERS[4 + ((second + 1) % 4)]!]];
    const worded = (letters: readonly string[]) => ({
      text: letters.join(' '),
      paraphrase: letters.toReversed().join(' '),
      meaning: letters.join(''),
    });
    return {
      id: `sample ${index}`,
      image: Uint8Array.from({ length: 8 * 8 * 3 }, (_, at) =>
        Math.floor((colour === at % 3 || colour === 3 ? 160 : 0) + 95 * random()),
      ),
      match: `colour ${colour}`,
      ...worded(of),
      others: [worded(other)],
    };
  };
  return {
    length: count,
    pair,
    load: (indices, _random, batch) =>
      indices.map((index) => {
        const { image, ...rest } = pair(index);
        return imagesIn(batch) ? { ...rest, image: image! } : rest;
      }),
    describe: () => ({ is: 'colours', count }),
  };
}
