import type { AttentionEncoder, PictureTextEncoder } from '@tgm/masking';
import { describer, objectWith, optionTable, recorded, unrecorded } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { ModelError } from '../errors.js';
import { clipModelField, clipModelTokenizerField } from '../model-fields.js';
import { params as paramsField } from '../option-fields.js';
import { type Params, requireParams } from '../params.js';
import { towersEncoder } from '../patch-text/towers-encoder.js';
import { modelDigest } from '../tensors-digest.js';
import type { ClipModel } from './clip-model.js';
import { VISION_POSITIONS } from './parameters.js';
import type { ClipModelTokenizer } from './tokenizer.js';
import { type PatchFeaturesVariant, patchFeaturesVariant } from './vision.js';

/** Names of the parameters of each tower, with its projection. */
const VISION = /^vis/;
const TEXT = /^text_/;

export interface ClipModelPatchTextEncoderOptions {
  readonly model: ClipModel;
  readonly params: Params;
  readonly tokenizer: ClipModelTokenizer;
  readonly engine: Engine;
  readonly variant: PatchFeaturesVariant;
}

const table = optionTable(
  'clipModelPatchTextEncoder',
  {
    model: clipModelField(),
    params: unrecorded(paramsField()),
    tokenizer: unrecorded(clipModelTokenizerField()),
    engine: unrecorded(objectWith<Engine>('an engine', ['compile'])),
    variant: patchFeaturesVariant,
  } satisfies Record<keyof ClipModelPatchTextEncoderOptions, unknown>,
  ModelError,
);

/**
 * CLIP as text-guided and attention-guided masking use it: embeddings of captions and patches, and what the class token attends to in
 * the last block, the mean over the heads. Frames may have any size of whole patches: where it is not that of CLIP's images, the table
 * of positions is interpolated. An embedding of a caption is computed once. The parameters stay the caller's.
 * @throws ModelError with `OPTION_INVALID`, also when the tokenizer has more places or tokens than the text tower;
 *   CheckpointKeysError when a parameter of a tower is missing or has another shape.
 */
export function clipModelPatchTextEncoder(
  options: ClipModelPatchTextEncoderOptions,
): PictureTextEncoder & AttentionEncoder {
  const checked = table.check(options);
  const { model, params, tokenizer, engine, variant } = checked;
  requireSameTexts(model, tokenizer);
  const towers = model.parameters.filter(({ name }) => VISION.test(name) || TEXT.test(name));
  requireParams('clipModelPatchTextEncoder, option params', towers, params);
  const { imageSize, patchSize } = model.config.visionConfig;
  const visionParams = paramsOf(params, VISION);
  const textParams = paramsOf(params, TEXT);
  const encoder = towersEncoder(engine, {
    width: model.config.projectionDim,
    patchSize,
    side: imageSize / patchSize,
    pixels: model.pixels,
    visionParams,
    textParams,
    positions: { name: VISION_POSITIONS, leading: 1 },
    contextLength: tokenizer.contextLength,
    encode: (text) => tokenizer.encode(text),
    patchFeatures: (tensors, patches, places) => model.patchFeatures(tensors, patches, variant, places),
    attention: (...given) => model.classAttention(...given),
    encodeText: (...given) => model.encodeText(...given),
  });
  let digest: Promise<string> | undefined;
  return {
    describe: describer('clipModelPatchTextEncoder', recorded(table, checked)),
    ...encoder,
    digest() {
      const { json, config, contextLength } = tokenizer;
      digest ??= modelDigest({ ...visionParams, ...textParams }, [json, config, contextLength]);
      return digest;
    },
  };
}

function paramsOf(params: Params, names: RegExp): Params {
  return Object.fromEntries(Object.entries(params).filter(([name]) => names.test(name)));
}

function requireSameTexts(
  model: ClipModel,
  { contextLength, startId, endId, eosTokenId: readAt }: ClipModelTokenizer,
): void {
  const { maxPositionEmbeddings, vocabSize, eosTokenId = readAt } = model.config.textConfig;
  if (contextLength > maxPositionEmbeddings) {
    throw wrongTokenizer(
      'contextLength',
      `at most ${maxPositionEmbeddings}, the text tower's places`,
      contextLength,
    );
  }
  if (Math.max(startId, endId) >= vocabSize) {
    throw wrongTokenizer('ids', `below ${vocabSize}, the text tower's vocabulary`, Math.max(startId, endId));
  }
  if (readAt !== eosTokenId) {
    throw wrongTokenizer('eosTokenId', `${eosTokenId}, as the text tower's`, readAt);
  }
}

function wrongTokenizer(part: string, expected: string, received: number): ModelError {
  const where = `clipModelPatchTextEncoder, option tokenizer.${part}`;
  return new ModelError('OPTION_INVALID', { where, expected, received: String(received) });
}
