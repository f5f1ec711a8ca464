import * as tf from '@tensorflow/tfjs';
import { type Field, optionTable, text, wholeNumber } from '@tgm/options';
import { type ExportedModel, exportOnnx } from '@tgm/tfjs-backend-onnx';
import type { ClipModel } from '../clip-model/clip-model.js';
import { ModelError } from '../errors.js';
import { classifierField, clipModelField, encoderField } from '../model-fields.js';
import { params } from '../option-fields.js';
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
  const { slices, rows, columns } = model.grid;
  const places = Array.from({ length: slices * rows * columns }, (_, place) => place);
  return withInputs({ pixel_values: tf.zeros([batch, numFrames, 3, imageSize, imageSize]) }, (inputs) =>
    exportOnnx(
      ({ pixel_values }) => {
        const positions = tf.tensor2d(
          Array.from({ length: batch }, () => places),
          [batch, places.length],
          'int32',
        );
        return {
          last_hidden_state: model.encode(params, patchifyPixels(pixel_values, model.config), positions),
        };
      },
      inputs,
      path,
    ),
  );
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
