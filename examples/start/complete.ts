import * as tf from '@tensorflow/tfjs';
import type { TokenMask } from '@tgm/masking';
import { frameTokens, type Params, type VideoMae } from '@tgm/models';
import { reconstruct } from '@tgm/report';
import type { Engine } from '@tgm/tfjs-backend-onnx';

/** Completes a clip [T, H, W, 3] from what a mask leaves: [T, H, W, 3]. */
export type Completer = (params: Params, frames: Uint8Array, mask: TokenMask) => Promise<Uint8Array>;

export function completer(engine: Engine, model: VideoMae): Completer {
  const predict = engine.compile(
    ({
      params,
      tokens,
      visible,
      masked,
    }: {
      params: Params;
      tokens: tf.Tensor3D;
      visible: tf.Tensor2D;
      masked: tf.Tensor2D;
    }) => model.decode(params, model.encode(params, tokens, visible), visible, masked),
  );
  return async (params, frames, mask) => {
    const inputs = inputsOf(model, frames, mask);
    const predicted = await predict({ params, ...inputs });
    const prediction = await predicted.data<'float32'>();
    tf.dispose([predicted, inputs.tokens, inputs.visible, inputs.masked]);
    return completed(model, frames, mask, prediction);
  };
}

/** The same where every hidden patch is predicted to be as its mean. */
export const completedByMeans = (model: VideoMae, frames: Uint8Array, mask: TokenMask): Uint8Array =>
  completed(model, frames, mask, new Float32Array(mask.masked.length * model.tokenSize));

/** @param prediction [M, P] */
function completed(model: VideoMae, frames: Uint8Array, mask: TokenMask, prediction: Float32Array) {
  const { grid, config } = model;
  return reconstruct({ frames, height: config.imageSize, width: config.imageSize, grid, mask, prediction });
}

function inputsOf(model: VideoMae, frames: Uint8Array, mask: TokenMask) {
  const tokens = frameTokens(frames, model.config, mask.visible, model.pixels);
  return {
    tokens: tf.tensor3d(tokens, [1, mask.visible.length, model.tokenSize]),
    visible: tf.tensor2d(Int32Array.from(mask.visible), [1, mask.visible.length], 'int32'),
    masked: tf.tensor2d(Int32Array.from(mask.masked), [1, mask.masked.length], 'int32'),
  };
}
