import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { type FrameTokensConfig, frameTokens, type PixelScale, tokenGridOf, tokenSizeOf } from '@tgm/models';
import type { OnnxArray } from '@tgm/tfjs-backend-onnx';

/** Clips of noise, as a model here takes them and as a file takes them. */
export interface DrawnClips {
  /** [B, N, P]; the caller disposes them. */
  readonly tokens: tf.Tensor3D;
  /** [B, T, 3, H, W], or [B, 3, H, W] of images. */
  readonly pixels: OnnxArray;
}

/** @param images whether a clip is an image of one frame. */
export function drawnClips(
  batch: number,
  config: FrameTokensConfig,
  scale: PixelScale,
  images = false,
): DrawnClips {
  const { numFrames, imageSize } = config;
  const { slices, rows, columns } = tokenGridOf(config);
  const count = slices * rows * columns;
  const plane = imageSize ** 2;
  const random = seededRandom('export');
  const all = Array.from({ length: count }, (_, token) => token);
  const numbers = new Float32Array(batch * count * tokenSizeOf(config));
  const values = new Float32Array(batch * numFrames * 3 * plane);
  for (let clip = 0; clip < batch; clip++) {
    const frames = Uint8Array.from({ length: numFrames * plane * 3 }, () => Math.floor(random() * 256));
    frameTokens(frames, config, all, scale, numbers, clip * count * tokenSizeOf(config));
    for (let frame = 0; frame < numFrames; frame++)
      for (let channel = 0; channel < 3; channel++)
        for (let place = 0; place < plane; place++) {
          const byte = frames[(frame * plane + place) * 3 + channel]!;
          const at = ((clip * numFrames + frame) * 3 + channel) * plane + place;
          values[at] = (byte / 255 - scale.mean[channel]!) / scale.std[channel]!;
        }
  }
  const size = [3, imageSize, imageSize];
  return {
    tokens: tf.tensor3d(numbers, [batch, count, tokenSizeOf(config)]),
    pixels: { shape: images ? [batch, ...size] : [batch, numFrames, ...size], data: values },
  };
}
