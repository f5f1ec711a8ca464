import * as tf from '@tensorflow/tfjs';
import { type Field, optionTable, passing, text, wholeNumber } from '@tgm/options';
import { type ExportedModel, exportOnnx } from '@tgm/tfjs-backend-onnx';
import type { ClipModel } from '../clip-model/clip-model.js';
import { ModelError } from '../errors.js';
import { inputShape } from '../input-shape.js';
import { classifierField, clipModelField, encoderField } from '../model-fields.js';
import { isArrayOf, params } from '../option-fields.js';
import type { Params } from '../params.js';
import type { VideoMaeClassifier } from '../video-mae/classifier.js';
import type { VideoMaeEncoder } from '../video-mae/encoder.js';
import { patchifyPixels } from './patchify-pixels.js';

export interface ExportOptions {
  /** The .onnx file to write. */
  readonly path: string;
  readonly params: Params;
  /** Clips, images or texts of one run: the file's shapes are fixed. */
  readonly batch: number;
}

const OPTIONS = {
  path: text(),
  params: params(),
  batch: wholeNumber({ from: 1 }),
} satisfies Record<keyof ExportOptions, unknown>;

function checked<M>(where: string, field: Field<M>, model: M, options: ExportOptions): ExportOptions {
  optionTable(where, { model: field }, ModelError).check({ model });
  return optionTable(where, OPTIONS, ModelError).check(options);
}

/**
 * The encoder over all tokens as an ONNX file: `pixel_values` [B, T, 3, H, W] in the model's scale of pixels to
 * `last_hidden_state` [B, N, D], the names of Hugging Face's `VideoMAEModel`.
 * @throws ModelError with `OPTION_INVALID`; what `exportOnnx` throws
 */
export async function exportVideoMaeEncoder(
  model: VideoMaeEncoder,
  options: ExportOptions,
): Promise<ExportedModel> {
  const { params, batch, path } = checked('exportVideoMaeEncoder', encoderField(), model, options);
  const { numFrames, imageSize } = model.config;
  return withInputs({ pixel_values: tf.zeros([batch, numFrames, 3, imageSize, imageSize]) }, (inputs) =>
    exportOnnx(
      ({ pixel_values }) => ({ last_hidden_state: encodedWhole(model, params, pixel_values) }),
      inputs,
      path,
    ),
  );
}

export interface EmbeddingsExportOptions extends ExportOptions {
  /** [E, D] from the encoder's width to that of the captions' embeddings, row-major: `contrastive.projection.weight`. */
  readonly projection: Float32Array;
}

/**
 * What meets the captions as an ONNX file: `pixel_values` [B, T, 3, H, W] in the model's scale of pixels to `video_embeds` [B, E], the
 * projected mean of all tokens, not normalised.
 * @throws ModelError with `OPTION_INVALID`, `INPUT_SHAPE` for a projection of another width; what `exportOnnx` throws
 */
export async function exportVideoMaeEmbeddings(
  model: VideoMaeEncoder,
  options: EmbeddingsExportOptions,
): Promise<ExportedModel> {
  const { projection, ...others } = options ?? {};
  const { params, batch, path } = checked('exportVideoMaeEmbeddings', encoderField(), model, others);
  const weight = projectionOf(model, projection);
  const { numFrames, imageSize } = model.config;
  const inputs = {
    pixel_values: tf.zeros([batch, numFrames, 3, imageSize, imageSize]),
    weight: tf.tensor2d(weight.values, weight.shape),
  };
  const { weight: matrix } = inputs;
  return withInputs(inputs, ({ pixel_values }) =>
    exportOnnx(
      ({ pixel_values }) => {
        const encoded = encodedWhole(model, params, pixel_values); // [B, N, D]
        return { video_embeds: tf.matMul(tf.mean(encoded, 1) as tf.Tensor2D, matrix, false, true) };
      },
      { pixel_values },
      path,
    ),
  );
}

function projectionOf({ config: { hiddenSize } }: VideoMaeEncoder, values: Float32Array) {
  optionTable(
    'exportVideoMaeEmbeddings',
    {
      projection: passing('a Float32Array', (value): value is Float32Array =>
        isArrayOf(value, 'Float32Array'),
      ),
    },
    ModelError,
  ).check({ projection: values });
  const width = values.length / hiddenSize;
  if (Number.isInteger(width) && width >= 1)
    return { values, shape: [width, hiddenSize] as [number, number] };
  throw inputShape(
    'exportVideoMaeEmbeddings',
    'projection',
    `[E, ${hiddenSize}] numbers`,
    `${values.length} numbers`,
  );
}

/** [B, N, D] of all tokens. */
function encodedWhole(model: VideoMaeEncoder, params: Params, pixels: tf.Tensor): tf.Tensor3D {
  const { slices, rows, columns } = model.grid;
  const places = Array.from({ length: slices * rows * columns }, (_, place) => place);
  const batch = pixels.shape[0]!;
  const positions = tf.tensor2d(
    Array.from({ length: batch }, () => places),
    [batch, places.length],
    'int32',
  );
  return model.encode(params, patchifyPixels(pixels, model.config), positions);
}

/**
 * The classifier as an ONNX file: `pixel_values` [B, T, 3, H, W] in the model's scale of pixels to `logits` [B, classes].
 * @throws ModelError with `OPTION_INVALID`; what `exportOnnx` throws
 */
export async function exportVideoMaeClassifier(
  model: VideoMaeClassifier,
  options: ExportOptions,
): Promise<ExportedModel> {
  const { params, batch, path } = checked('exportVideoMaeClassifier', classifierField(), model, options);
  const { numFrames, imageSize } = model.config;
  return withInputs({ pixel_values: tf.zeros([batch, numFrames, 3, imageSize, imageSize]) }, (inputs) =>
    exportOnnx(
      ({ pixel_values }) => {
        const encoded = model.encode(params, patchifyPixels(pixel_values, model.config));
        return { logits: model.classify(params, model.pool(params, encoded)) };
      },
      inputs,
      path,
    ),
  );
}

/**
 * CLIP's image tower as an ONNX file: `pixel_values` [B, 3, H, W] in the model's scale of pixels to `image_embeds` [B, E], not
 * normalised.
 * @throws ModelError with `OPTION_INVALID`; what `exportOnnx` throws
 */
export async function exportClipModelImage(model: ClipModel, options: ExportOptions): Promise<ExportedModel> {
  const { params, batch, path } = checked('exportClipModelImage', clipModelField(), model, options);
  const { imageSize, patchSize } = model.config.visionConfig;
  const config = { imageSize, patchSize, numFrames: 1, tubeletSize: 1 };
  return withInputs({ pixel_values: tf.zeros([batch, 3, imageSize, imageSize]) }, (inputs) =>
    exportOnnx(
      ({ pixel_values }) => {
        const patches = patchifyPixels(tf.expandDims(pixel_values, 1), config);
        return { image_embeds: model.encodeImage(params, patches) };
      },
      inputs,
      path,
    ),
  );
}

/**
 * CLIP's text tower as an ONNX file: `input_ids` [B, L] int32, with L the most tokens of a text, and `end_positions` [B]
 * int32 to `text_embeds` [B, E], not normalised.
 * @throws ModelError with `OPTION_INVALID`; what `exportOnnx` throws
 */
export async function exportClipModelText(model: ClipModel, options: ExportOptions): Promise<ExportedModel> {
  const { params, batch, path } = checked('exportClipModelText', clipModelField(), model, options);
  const inputs = {
    input_ids: tf.zeros<tf.Rank.R2>([batch, model.config.textConfig.maxPositionEmbeddings], 'int32'),
    end_positions: tf.zeros<tf.Rank.R1>([batch], 'int32'),
  };
  return withInputs(inputs, () =>
    exportOnnx(
      ({ input_ids, end_positions }) => ({ text_embeds: model.encodeText(params, input_ids, end_positions) }),
      inputs,
      path,
    ),
  );
}

async function withInputs<Inputs extends Record<string, tf.Tensor>>(
  inputs: Inputs,
  write: (inputs: Inputs) => Promise<ExportedModel>,
): Promise<ExportedModel> {
  try {
    return await write(inputs);
  } finally {
    tf.dispose(inputs);
  }
}
