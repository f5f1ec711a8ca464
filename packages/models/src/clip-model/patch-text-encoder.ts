import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs';
import type {
  AttentionEncoder,
  AttentionMaps,
  ClipFrames,
  PatchEmbeddings,
  PictureTextEncoder,
} from '@tgm/masking';
import { describer, objectWith, optionTable, recorded, unrecorded } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { ModelError } from '../errors.js';
import { readTokens } from '../frame-tokens.js';
import { patchedFramesOf } from '../frames-of.js';
import { clipModelField, clipModelTokenizerField } from '../model-fields.js';
import { params as paramsField } from '../option-fields.js';
import { type Params, parameter, requireParams } from '../params.js';
import { tokenSizeOf } from '../patchify.js';
import { pixelTables } from '../pixel-tables.js';
import { tensorsDigest } from '../tensors-digest.js';
import { SMALLEST_NORM } from '../text-encoder/normalise-rows.js';
import { rememberedTexts } from '../text-encoder/remembered-texts.js';
import type { ClipModel } from './clip-model.js';
import { VISION_POSITIONS } from './parameters.js';
import { type PatchGridSize, positionsFor } from './positions.js';
import type { ClipModelTokenizer } from './tokenizer.js';
import { type PatchFeaturesVariant, patchFeaturesVariant } from './vision.js';
import { wholePictures } from './whole-pictures.js';

/** Frames and captions of one call of the engine: the rest is filled up, so that one trace serves. */
const FRAMES_A_CALL = 16;
const CAPTIONS_A_CALL = 4;

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
  const width = model.config.projectionDim;
  const { imageSize, patchSize } = model.config.visionConfig;
  const side = imageSize / patchSize;
  const pictureSize = wholePictures(imageSize, patchSize);
  const positions = positionTables(params, side);
  const visionParams = paramsOf(params, VISION);
  const textParams = paramsOf(params, TEXT);

  const embedPatches = engine.compile((inputs: VisionInputs) =>
    normalised(model.patchFeatures(inputs.params, inputs.patches, variant, inputs.places)),
  );
  const attendTo = engine.compile((inputs: VisionInputs) =>
    model.classAttention(inputs.params, inputs.patches, inputs.places),
  );
  const embedTexts = engine.compile((inputs: { params: Params; ids: tf.Tensor2D; ends: tf.Tensor1D }) =>
    normalised(model.encodeText(inputs.params, inputs.ids, inputs.ends)),
  );

  /** Embeds at most CAPTIONS_A_CALL captions, [count, width]. */
  async function embedCaptions(texts: readonly string[]): Promise<Float32Array> {
    const ids = new Int32Array(CAPTIONS_A_CALL * tokenizer.contextLength);
    const ends = new Int32Array(CAPTIONS_A_CALL);
    for (const [row, text] of texts.entries()) {
      const tokens = tokenizer.encode(text);
      ids.set(tokens.ids, row * tokenizer.contextLength);
      ends[row] = tokens.end;
    }
    const inputs = {
      ids: tf.tensor2d(ids, [CAPTIONS_A_CALL, tokenizer.contextLength], 'int32'),
      ends: tf.tensor1d(ends, 'int32'),
    };
    return read(embedTexts({ params: textParams, ...inputs }), inputs);
  }

  /** What `compiled` gives for all frames of a clip: [T, rows, columns, numbers]. */
  async function ofFrames(
    where: string,
    given: ClipFrames,
    compiled: (inputs: VisionInputs) => Promise<tf.Tensor>,
    numbers: number,
  ) {
    const { frames, count, rows, columns } = patchedFramesOf(where, given, patchSize);
    const tokenSize = tokenSizeOf({ patchSize, tubeletSize: 1 });
    const layout = { rows, columns, slices: count, patchSize, tubeletSize: 1, readFrames: 1 };
    const perFrame = rows * columns;
    const values = new Float32Array(count * perFrame * numbers);
    const table = rows === side && columns === side ? undefined : await positions({ rows, columns });
    for (let start = 0; start < count; start += FRAMES_A_CALL) {
      const batch = Math.min(FRAMES_A_CALL, count - start);
      const tokens = Array.from({ length: batch * perFrame }, (_, i) => start * perFrame + i);
      const pixels = new Float32Array(FRAMES_A_CALL * perFrame * tokenSize);
      readTokens(frames, layout, tokens, pixelTables(where, model.pixels), pixels, 0);
      const inputs = {
        patches: tf.tensor3d(pixels, [FRAMES_A_CALL, perFrame, tokenSize]),
        ...(table && {
          table: tf.tensor2d(table, [1 + perFrame, table.length / (1 + perFrame)]),
          places: tf.tensor2d(placesOf(perFrame), [FRAMES_A_CALL, perFrame], 'int32'),
        }),
      };
      const found = await read(compiled(visionInputs(visionParams, inputs)), inputs);
      values.set(found.subarray(0, batch * perFrame * numbers), start * perFrame * numbers);
    }
    return { values, frameCount: count, rows, columns };
  }

  let digest: Promise<string> | undefined;
  return {
    describe: describer('clipModelPatchTextEncoder', recorded(table, checked)),
    pictureSize,
    digest() {
      digest ??= digestOf({ ...visionParams, ...textParams }, tokenizer);
      return digest;
    },
    encodeText: rememberedTexts(width, CAPTIONS_A_CALL, embedCaptions),

    async encodePatches(clip): Promise<PatchEmbeddings> {
      return { ...(await ofFrames('encodePatches', clip, embedPatches, width)), width };
    },

    encodeAttention: (clip): Promise<AttentionMaps> => ofFrames('encodeAttention', clip, attendTo, 1),
  };
}

/** What a pass over pictures reads; `places` where they are not of the model's own size. */
type VisionInputs = { params: Params; patches: tf.Tensor3D; places?: tf.Tensor2D };

const visionInputs = (
  params: Params,
  { patches, table, places }: { patches: tf.Tensor3D; table?: tf.Tensor2D; places?: tf.Tensor2D },
): VisionInputs =>
  table && places
    ? { params: { ...params, [VISION_POSITIONS]: table }, patches, places }
    : { params, patches };

/** [FRAMES_A_CALL, count] every frame's patches in their order. */
const placesOf = (count: number): Int32Array =>
  Int32Array.from({ length: FRAMES_A_CALL * count }, (_, at) => at % count);

/** The table of positions for a grid of patches, made once for each. */
function positionTables(params: Params, side: number): (grid: PatchGridSize) => Promise<Float32Array> {
  const made = new Map<string, Promise<Float32Array>>();
  const make = async (grid: PatchGridSize) =>
    positionsFor(await parameter(params, VISION_POSITIONS).data<'float32'>(), side, grid);
  return (grid) => {
    const name = `${grid.rows} x ${grid.columns}`;
    const table = made.get(name) ?? make(grid);
    made.set(name, table);
    return table;
  };
}

/** Rows along the last axis with the L2 norm 1. */
function normalised(x: tf.Tensor): tf.Tensor {
  return tf.div(x, tf.maximum(tf.sqrt(tf.sum(tf.square(x), -1, true)), SMALLEST_NORM));
}

/** The numbers of a result; disposes it and the inputs. */
async function read(result: Promise<tf.Tensor>, inputs: tf.TensorContainerObject): Promise<Float32Array> {
  try {
    const tensor = await result;
    try {
      return (await tensor.data()) as Float32Array;
    } finally {
      tensor.dispose();
    }
  } finally {
    tf.dispose(inputs);
  }
}

async function digestOf(
  params: Params,
  { json, config, contextLength }: ClipModelTokenizer,
): Promise<string> {
  const texts = JSON.stringify([json, config, contextLength]);
  return createHash('sha256')
    .update(`${await tensorsDigest(params)} ${texts}`)
    .digest('hex');
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
