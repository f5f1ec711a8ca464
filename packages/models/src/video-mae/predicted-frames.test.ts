import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadVideoMae, saveVideoMae } from '../checkpoint/video-mae-checkpoint.js';
import { TINY_VIDEO_MAE } from '../testing/tiny-video-mae.js';
import type { VideoMaeConfig } from './config.js';
import { videoMae } from './video-mae.js';

/** 2 slices of 2 x 2 tokens of 2 x 2 x 2 pixels: 24 numbers, 12 of each frame. */
const config: VideoMaeConfig = {
  ...TINY_VIDEO_MAE,
  hiddenSize: 4,
  numHiddenLayers: 1,
  intermediateSize: 8,
};

beforeAll(() => cpuEngine());

describe('predictedFrames', () => {
  const whole = videoMae(config);
  const first = videoMae({ ...config, predictedFrames: 1 });

  it('leaves the decoder the numbers of the first frame', async () => {
    const params = whole.init(seededRandom('first'));
    const head = { weight: params['decoder.head.weight']!, bias: tf.range(0, 24) };
    const visible = tf.tensor2d([[0, 3, 5]], undefined, 'int32');
    const masked = tf.tensor2d([[1, 6]], undefined, 'int32');
    const latent = whole.encode(params, tf.ones([1, 3, 24]), visible);
    const all = whole.decode({ ...params, 'decoder.head.bias': head.bias }, latent, visible, masked);
    const cut = {
      ...params,
      'decoder.head.weight': tf.slice(head.weight, 0, 12),
      'decoder.head.bias': tf.slice(head.bias, 0, 12),
    };
    const some = first.decode(cut, latent, visible, masked);
    expect(some.shape).toEqual([1, 2, 12]);
    expect(await some.array()).toEqual(await tf.slice(all, [0, 0, 0], [1, 2, 12]).array());
  });

  it('narrows the parameters of the head, and nothing else', () => {
    const others = (model: typeof whole) =>
      model.parameters.filter(({ name }) => !name.startsWith('decoder.head'));
    const shapes = (model: typeof whole) => others(model).map(({ name, shape }) => [name, shape]);
    expect(shapes(first)).toEqual(shapes(whole));
    const head = first.parameters.filter(({ name }) => name.startsWith('decoder.head'));
    expect(head.map(({ shape }) => shape)).toEqual([[12, 4], [12]]);
    expect([first.predictedFrames, first.tokenSize]).toEqual([1, 24]);
    expect(whole.predictedFrames).toBe(2);
  });

  it('is one of a tubelet', () => {
    for (const predictedFrames of [0, 3, 1.5]) {
      expect(() => videoMae({ ...config, predictedFrames })).toThrow(
        'option predictedFrames: expected a whole number from 1',
      );
    }
    expect(videoMae({ ...config, predictedFrames: 2 }).config).toEqual(config);
  });

  it('is kept in a checkpoint', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'predicted-frames-'));
    await saveVideoMae(folder, first, first.init(seededRandom('checkpoint')));
    expect((await loadVideoMae(folder)).model.predictedFrames).toBe(1);
    await rm(folder, { recursive: true });
  });
});
