import * as tf from '@tensorflow/tfjs';
import { chooseIndices, type Random } from '@tgm/masking';
import { CLIP_PIXELS, type Clip, type ClipTokenizer, patchify, tokensOf } from '@tgm/models';
import type { Captions } from '../moving-shapes/index.js';
import type { Pair } from './pairs.js';

/** What one step learns from, as tensors. B pairs. */
export type Batch = {
  /** [B, N, P] pixels of the images. */
  readonly patches: tf.Tensor3D;
  /**
   * [4 B, L] captions of the pairs, captions of their scenes with another action, then paraphrases of both in the same
   * order.
   */
  readonly tokenIds: tf.Tensor2D;
  /** [4 B] place of each text's last token. */
  readonly endPositions: tf.Tensor1D;
  /** [B] int32; equal for equal colour and shape. */
  readonly object: tf.Tensor1D;
  /** [2 B] int32; equal for equal colour, shape and action. */
  readonly meaning: tf.Tensor1D;
};

/** Share of captions that describe the surroundings too. */
const SCENE_SHARE = 0.3;

/** Draws the captions of the pairs and makes tensors of everything, which the caller disposes. */
export function makeBatch(
  model: Clip,
  tokenizer: ClipTokenizer,
  pairs: readonly Pair[],
  random: Random,
): Batch {
  const drawn = pairs.map(({ captions, otherAction }) => {
    const [first, second] = chooseIndices(2, captions.object.length, random);
    return [
      drawLevel(captions, first!, random),
      drawLevel(otherAction, first!, random),
      drawLevel(captions, second!, random),
      drawLevel(otherAction, second!, random),
    ] as const;
  });
  const texts = ([0, 1, 2, 3] as const).flatMap((kind) => drawn.map((captions) => captions[kind]));
  const { contextLength } = tokenizer;
  const tokenIds = new Int32Array(texts.length * contextLength);
  const endPositions = new Int32Array(texts.length);
  texts.forEach((text, row) => {
    const { ids, end } = tokenizer.encode(text);
    tokenIds.set(ids, row * contextLength);
    endPositions[row] = end;
  });
  const meanings = [...pairs.map((pair) => pair.meaning), ...pairs.map((pair) => pair.otherMeaning)];
  return {
    patches: imagePatches(model, pairs),
    tokenIds: tf.tensor2d(tokenIds, [texts.length, contextLength], 'int32'),
    endPositions: tf.tensor1d(endPositions, 'int32'),
    object: tf.tensor1d(
      Int32Array.from(pairs, (pair) => pair.object),
      'int32',
    ),
    meaning: tf.tensor1d(Int32Array.from(meanings), 'int32'),
  };
}

/** A caption that tells of the object alone, or with `SCENE_SHARE` one that describes the scene as well. */
function drawLevel(captions: Captions, index: number, random: Random): string {
  return random() < SCENE_SHARE ? captions.scene[index]! : captions.object[index]!;
}

/** [B, N, P] in the scale that CLIP reads. */
function imagePatches(model: Clip, pairs: readonly Pair[]): tf.Tensor3D {
  const { imageSize, patchSize } = model.config.visionConfig;
  const tokens = (imageSize / patchSize) ** 2;
  const tokenSize = patchSize * patchSize * 3;
  const all = Array.from({ length: tokens }, (_, token) => token);
  const pixels = new Float32Array(pairs.length * tokens * tokenSize);
  pairs.forEach(({ image }, row) => {
    const cut = patchify(image, { numFrames: 1, tubeletSize: 1, imageSize, patchSize });
    tokensOf(cut, all, tokenSize, CLIP_PIXELS, pixels, row * tokens * tokenSize);
  });
  return tf.tensor3d(pixels, [pairs.length, tokens, tokenSize]);
}
