import * as tf from '@tensorflow/tfjs';
import { optional, optionTable, wholeNumber } from '@tgm/options';
import { ModelError } from '../errors.js';
import { videoMaeField } from '../model-fields.js';
import { params as paramsField } from '../option-fields.js';
import { type Params, parameter } from '../params.js';
import { tokenGridOf } from '../patchify.js';
import { resampleBicubic } from '../resample-bicubic.js';
import { DECODER_STACK, ENCODER_STACK } from './parameters.js';
import { type VideoMae, videoMae } from './video-mae.js';

const count = wholeNumber({ from: 1 });
const table = optionTable(
  'resizeVideoMae',
  { numFrames: optional(count), imageSize: optional(count) },
  ModelError,
);

const givenTable = optionTable(
  'resizeVideoMae',
  { model: videoMaeField(), params: paramsField() },
  ModelError,
);

/**
 * The same Video MAE for clips of another length or size. Fixed positions are computed anew; learned ones are interpolated,
 * those of places in a frame in two dimensions and those of slices in one, by cubics.
 *
 * @returns the model and all of its parameters, which the caller disposes besides those given.
 * @throws ModelError with `OPTION_INVALID` or `PARAMETER_MISSING`
 */
export async function resizeVideoMae(
  given: { readonly model: VideoMae; readonly params: Params },
  size: { readonly numFrames?: number; readonly imageSize?: number },
): Promise<{ model: VideoMae; params: Params }> {
  const { model, params } = givenTable.check(given);
  const { numFrames = model.config.numFrames, imageSize = model.config.imageSize } = table.check(size);
  const { config, pixels, scaledResiduals } = model;
  const resized = videoMae({ ...config, numFrames, imageSize }, { pixels, scaledResiduals });
  const kept: Record<string, tf.Tensor> = Object.fromEntries(
    model.parameters.map(({ name }) => [name, tf.clone(parameter(params, name))]),
  );
  if (model.config.positions !== 'separable') return { model: resized, params: kept };
  const [from, to] = [tokenGridOf(model.config), resized.grid];
  for (const { spatial, temporal } of [ENCODER_STACK, DECODER_STACK]) {
    const tables = { [spatial]: [from.rows, from.columns], [temporal]: [from.slices, 1] } as const;
    const wanted = { [spatial]: [to.rows, to.columns], [temporal]: [to.slices, 1] } as const;
    for (const [name, [rows, columns]] of Object.entries(tables)) {
      const [toRows, toColumns] = wanted[name]!;
      const table = kept[name]!;
      const width = table.shape[1]!;
      const values = await table.data<'float32'>();
      table.dispose();
      const resampled = resampleBicubic(values, { rows, columns, width }, toRows, toColumns);
      kept[name] = tf.tensor2d(resampled, [toRows * toColumns, width]);
    }
  }
  return { model: resized, params: kept };
}
