import * as tf from '@tensorflow/tfjs';
import { optional, optionTable, wholeNumber } from '@tgm/options';
import { ModelError } from '../errors.js';
import { clipModelField, clipModelTokenizerField } from '../model-fields.js';
import { params as paramsField } from '../option-fields.js';
import { type Params, parameter } from '../params.js';
import { positionsFor } from '../patch-text/positions.js';
import { type ClipModel, clipModel } from './clip-model.js';
import { VISION_POSITIONS } from './parameters.js';
import type { ClipModelTokenizer } from './tokenizer.js';

/** A CLIP, with its tokenizer or without. */
export interface ResizableClipModel {
  readonly model: ClipModel;
  readonly params: Params;
  readonly tokenizer?: ClipModelTokenizer;
}

const givenTable = optionTable(
  'resizeClipModel',
  {
    model: clipModelField(),
    params: paramsField(),
    tokenizer: optional(clipModelTokenizerField()),
  } satisfies Record<keyof ResizableClipModel, unknown>,
  ModelError,
);
const sizeTable = optionTable('resizeClipModel', { imageSize: wholeNumber({ from: 1 }) }, ModelError);

/**
 * The same CLIP for images of another size, so of a finer or coarser grid: the table of positions is interpolated, as
 * Hugging Face's `interpolate_pos_encoding` does, and the class token keeps its own.
 *
 * @param imageSize height and width in pixels, a multiple of the patch size.
 * @param given what `loadClipModel` gives, or a model with its parameters.
 * @returns the same with another model and all of its parameters, which the caller disposes besides those given.
 * @throws ModelError with `OPTION_INVALID` or `PARAMETER_MISSING`
 */
export async function resizeClipModel<T extends ResizableClipModel>(
  given: T,
  imageSize: number,
): Promise<Omit<T, 'model' | 'params'> & { model: ClipModel; params: Params }> {
  const { model, params } = givenTable.check(given);
  sizeTable.check({ imageSize });
  const { visionConfig, ...config } = model.config;
  const resized = clipModel(
    { ...config, visionConfig: { ...visionConfig, imageSize } },
    { pixels: model.pixels },
  );
  const width = visionConfig.hiddenSize;
  const from = visionConfig.imageSize / visionConfig.patchSize;
  const to = imageSize / visionConfig.patchSize;
  const table = await parameter(params, VISION_POSITIONS).data<'float32'>(); // [1 + from * from, D]
  const positions = positionsFor(table, from, { rows: to, columns: to }, 1);
  const others = Object.entries(params).filter(([name]) => name !== VISION_POSITIONS);
  return {
    ...given,
    model: resized,
    params: {
      ...Object.fromEntries(others.map(([name, tensor]) => [name, tf.clone(tensor)])),
      [VISION_POSITIONS]: tf.tensor2d(positions, [1 + to * to, width]),
    },
  };
}
