import * as tf from '@tensorflow/tfjs';
import { frameTokens, type Params, readOnce, type VideoMaeEncoder, videoMaeEncoder } from '@tgm/models';
import {
  describer,
  objectWith,
  optional,
  optionTable,
  recorded,
  unrecorded,
  wholeNumber,
} from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { TrainError } from '../../errors.js';
import type { FeatureTeacher } from '../with-features.js';
import { frozenParams, paramsField } from './frozen-params.js';
import { requireFrames } from './require-frames.js';

export interface VideoMaeTeacherOptions {
  /** A `videoMae` or `videoMaeEncoder` of the same clips and tokens as the model that learns; it may have other widths. */
  readonly model: VideoMaeEncoder;
  /** Its parameters; they stay the caller's. */
  readonly params: Params;
  readonly engine: Engine;
  /** How many of its blocks run, without a norm behind them. Default: all, and the encoder's norm. */
  readonly blocks?: number;
}

const OPTIONS = optionTable(
  'videoMaeTeacher',
  {
    model: objectWith<VideoMaeEncoder>('a VideoMae, or its encoder', [
      'encode',
      'config',
      'pixels',
      'describe',
    ]),
    params: unrecorded(paramsField()),
    engine: unrecorded(objectWith<Engine>('an engine', ['compile'])),
    blocks: optional(wholeNumber({ from: 1 })),
  } satisfies Record<keyof VideoMaeTeacherOptions, unknown>,
  TrainError,
);

/**
 * A frozen video masked autoencoder as a teacher: the latents of all tokens of the whole, unmasked clip. F is its encoder's width.
 * With a teacher that learned pixels this is the second stage of SALT (Li et al., "Rethinking JEPA", arXiv 2509.24317; B):
 * the student predicts the latents of what it does not see.
 *
 * The description tells the encoder by its configuration and a hash of its parameters.
 *
 * `features` throws TrainError `OPTION_INVALID` for other frames than the teacher's.
 *
 * @throws TrainError `OPTION_INVALID`, also for a parameter of the encoder that is missing.
 */
export function videoMaeTeacher(options: VideoMaeTeacherOptions): FeatureTeacher {
  const checked = OPTIONS.check(options);
  const { model, engine, blocks } = checked;
  const { numHiddenLayers: layers } = model.config;
  if (blocks !== undefined && blocks > layers) {
    throw new TrainError('OPTION_INVALID', {
      where: 'videoMaeTeacher, option blocks',
      expected: `a whole number from 1 to ${layers}`,
      received: `${blocks}`,
    });
  }
  // An encoder whose tokens are pooled by their mean has no norm of its own.
  const first = blocks === undefined ? {} : { numHiddenLayers: blocks, useMeanPooling: true };
  const encoder = videoMaeEncoder({ ...model.config, ...first }, { pixels: model.pixels });
  const { config, grid, tokenSize, pixels } = encoder;
  const frozen = frozenParams('videoMaeTeacher', encoder.parameters, checked.params);
  const tokens = grid.slices * grid.rows * grid.columns;
  const indices = Int32Array.from({ length: tokens }, (_, token) => token);
  const encode = engine.compile((inputs: { params: Params; tokens: tf.Tensor3D; positions: tf.Tensor2D }) =>
    encoder.encode(inputs.params, inputs.tokens, inputs.positions),
  );
  const describe = describer('videoMaeTeacher', recorded(OPTIONS, { ...checked, model: encoder }));
  return {
    width: config.hiddenSize,
    describe: async () => ({ ...describe(), params: await frozen.digest() }),
    async features(frames) {
      requireFrames('videoMaeTeacher', config, frames);
      const cut = frameTokens(frames, config, indices, pixels);
      const inputs = {
        tokens: tf.tensor3d(cut, [1, tokens, tokenSize]),
        positions: tf.tensor2d(indices, [1, tokens], 'int32'),
      };
      return readOnce(encode({ params: frozen.params, ...inputs }), inputs);
    },
  };
}
