import * as tf from '@tensorflow/tfjs';
import { chooseIndices, type Random } from '@tgm/masking';
import { type Clip, type ClipTokenizer, frameTokens } from '@tgm/models';
import type { CaptionLevel, Captions } from '../moving-shapes/index.js';
import type { Pair } from './pairs.js';

/** Captions and paraphrases of S scenes; each pair stands for itself and its scene with other actions. */
export type TextBatch = {
  /** [2 S, L] captions of the S scenes, the pairs' own first, then paraphrases of them in the same order. */
  readonly tokenIds: tf.Tensor2D;
  /** [2 S] place of each text's last token. */
  readonly endPositions: tf.Tensor1D;
  /** [S, 1] int32; equal for equal colour, shape and action. */
  readonly meaning: tf.Tensor2D;
};

/** Frames of B clips. */
export type ImageBatch = {
  /** [B, N, P] pixels. */
  readonly patches: tf.Tensor3D;
  /** [B, 1] int32; equal for equal colour and shape. */
  readonly object: tf.Tensor2D;
};

/** Draws two different captions of every scene and makes tensors of them, which the caller disposes. */
export function textBatch(
  tokenizer: ClipTokenizer,
  pairs: readonly Pair[],
  level: CaptionLevel,
  random: Random,
): TextBatch {
  const others = pairs.flatMap((pair) => pair.otherActions);
  const scenes: readonly { captions: Captions; meaning: number }[] = [...pairs, ...others];
  const drawn = scenes.map(({ captions }) => {
    const [first, second] = chooseIndices(2, captions[level].length, random);
    return [captions[level][first!]!, captions[level][second!]!] as const;
  });
  const texts = ([0, 1] as const).flatMap((which) => drawn.map((captions) => captions[which]));
  const length = tokenizer.contextLength;
  const tokenIds = new Int32Array(texts.length * length);
  const endPositions = new Int32Array(texts.length);
  texts.forEach((text, row) => {
    const { ids, end } = tokenizer.encode(text);
    tokenIds.set(ids, row * length);
    endPositions[row] = end;
  });
  return {
    tokenIds: tf.tensor2d(tokenIds, [texts.length, length], 'int32'),
    endPositions: tf.tensor1d(endPositions, 'int32'),
    meaning: keyTensor(scenes.map(({ meaning }) => meaning)),
  };
}

/** The images of the pairs in the scale that the model reads, as tensors that the caller disposes. */
export function imageBatch(model: Clip, pairs: readonly Pair[]): ImageBatch {
  const { imageSize, patchSize } = model.config.visionConfig;
  const tokens = (imageSize / patchSize) ** 2;
  const tokenSize = patchSize * patchSize * 3;
  const all = Array.from({ length: tokens }, (_, token) => token);
  const pixels = new Float32Array(pairs.length * tokens * tokenSize);
  pairs.forEach(({ image }, row) => {
    const layout = { numFrames: 1, tubeletSize: 1, imageSize, patchSize };
    frameTokens(image, layout, all, model.pixels, pixels, row * tokens * tokenSize);
  });
  return {
    patches: tf.tensor3d(pixels, [pairs.length, tokens, tokenSize]),
    object: keyTensor(pairs.map((pair) => pair.object)),
  };
}

const keyTensor = (numbers: readonly number[]): tf.Tensor2D =>
  tf.tensor2d(Int32Array.from(numbers), [numbers.length, 1], 'int32');
