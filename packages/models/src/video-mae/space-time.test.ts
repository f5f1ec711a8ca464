import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadVideoMae, saveVideoMae } from '../checkpoint/video-mae-checkpoint.js';
import type { Params } from '../params.js';
import { TINY_VIDEO_MAE } from '../testing/tiny-video-mae.js';
import type { VideoMaeConfig } from './config.js';
import { resizeVideoMae } from './resize.js';
import { videoMae } from './video-mae.js';

/** 2 slices of 2 x 2 tokens of 2 x 2 x 2 pixels. */
const plain: VideoMaeConfig = { ...TINY_VIDEO_MAE, hiddenSize: 4, intermediateSize: 8 };
const spaceTime: VideoMaeConfig = { ...plain, positions: 'separable', classToken: true };

const SPATIAL = 'videomae.embeddings.spatial_positions';
const TEMPORAL = 'videomae.embeddings.temporal_positions';

beforeAll(() => cpuEngine());

/** Parameters of normal size, so that every one of them matters. */
function drawn(model: { init(random: () => number): Params }): Params {
  const random = seededRandom('space-time');
  return Object.fromEntries(
    Object.entries(model.init(random)).map(([name, { shape, size }]) => [
      name,
      tf.tensor(
        Array.from({ length: size }, () => random() - 0.5),
        shape,
      ),
    ]),
  );
}

const numbers = (...rows: number[][]) => tf.tensor2d(rows, undefined, 'int32');

describe("ST-MAE's options", () => {
  it('add the row of the place and the row of the slice', async () => {
    const model = videoMae({ ...plain, positions: 'separable' });
    const params = drawn(model);
    // Blocks that add nothing, and an embedding of zero: what is left is the norm of the position.
    const zeroed = Object.fromEntries(
      Object.entries(params).map(([name, tensor]) => [
        name,
        /output\.dense|patch_embeddings/.test(name) ? tf.zerosLike(tensor) : tensor,
      ]),
    );
    const given = {
      ...zeroed,
      'videomae.layernorm.weight': tf.ones([4]),
      'videomae.layernorm.bias': tf.zeros([4]),
      [SPATIAL]: tf.tensor2d([0, 1, 2, 3].map((place) => [place, 0, 0, 0])),
      [TEMPORAL]: tf.tensor2d([0, 1].map((slice) => [0, 10 * slice, 0, 0])),
    };
    const features = await model.encode(given, tf.zeros([1, 2, 24]), numbers([6, 1])).array();
    const expected = [
      [2, 10, 0, 0], // token 6 is place 2 of slice 1
      [1, 0, 0, 0],
    ].map((x) => {
      const mean = x.reduce((sum, value) => sum + value) / 4;
      const deviation = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4 + 1e-6);
      return x.map((value) => (value - mean) / deviation);
    });
    for (const [token, row] of features[0]!.entries()) {
      row.forEach((value, channel) => {
        expect(value).toBeCloseTo(expected[token]![channel]!, 5);
      });
    }
  });

  it('let the class token speak to the others, and keep it out of the outputs', async () => {
    const model = videoMae(spaceTime);
    const params = drawn(model);
    const tokens = tf.ones<tf.Rank.R3>([2, 3, 24]);
    const visible = numbers([0, 3, 5], [1, 2, 7]);
    const latent = model.encode(params, tokens, visible);
    expect(latent.shape).toEqual([2, 3, 4]);
    const masked = numbers([1, 2], [0, 6]);
    const output = model.decode(params, latent, visible, masked);
    expect(output.shape).toEqual([2, 2, 24]);
    for (const name of ['videomae.embeddings.class_token', 'decoder.class_token']) {
      const other = { ...params, [name]: tf.add(params[name]!, tf.tensor2d([[1, -1, 2, 0]])) };
      const again = model.decode(other, model.encode(other, tokens, visible), visible, masked);
      expect(await again.data()).not.toEqual(await output.data());
    }
  });

  it('leave each token its own features beside the class token', async () => {
    const params = drawn(videoMae(spaceTime));
    const silent = Object.fromEntries(
      Object.entries(params).map(([name, tensor]) => [
        name,
        /output\.dense/.test(name) ? tf.zerosLike(tensor) : tensor,
      ]),
    );
    const tokens = tf.tensor3d(
      Array.from({ length: 72 }, (_, at) => Math.sin(at)),
      [1, 3, 24],
    );
    const features = (config: VideoMaeConfig) =>
      videoMae(config)
        .encode(silent, tokens, numbers([0, 3, 5]))
        .data();
    const without = await features({ ...plain, positions: 'separable' });
    expect(await features(spaceTime)).toEqual(without);
  });

  it('train all they add, on the compiled engine', async () => {
    const engine = await onnxEngine({ threads: 1 });
    const model = videoMae(spaceTime);
    const params = drawn(model);
    const added = Object.keys(params).filter((name) => /positions$|class_token$/.test(name));
    expect(added.length).toBe(6);
    const slopes = engine.compile((inputs: { params: Params }) => {
      const loss = (...tensors: tf.Tensor[]) => {
        const given = {
          ...inputs.params,
          ...Object.fromEntries(added.map((name, i) => [name, tensors[i]!])),
        };
        const visible = numbers([0, 3, 5]);
        const latent = model.encode(given, tf.ones([1, 3, 24]), visible);
        return tf.sum(tf.square(model.decode(given, latent, visible, numbers([1, 2])))) as tf.Scalar;
      };
      return tf.grads(loss)(added.map((name) => inputs.params[name]!));
    });
    for (const slope of await slopes({ params })) {
      expect(Math.max(...(await slope.data()).map(Math.abs))).toBeGreaterThan(1e-4);
    }
    await engine.dispose();
    await cpuEngine();
  });

  it('are kept in a checkpoint', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'space-time-'));
    const model = videoMae(spaceTime);
    const params = model.init(seededRandom('checkpoint'));
    await saveVideoMae(folder, model, params);
    const loaded = await loadVideoMae(folder);
    expect(loaded.model.config).toEqual(spaceTime);
    expect(await loaded.params[SPATIAL]!.data()).toEqual(await params[SPATIAL]!.data());
    await rm(folder, { recursive: true });
  });
});

describe('resizeVideoMae', () => {
  it('interpolates learned positions in space and time', async () => {
    const model = videoMae(spaceTime);
    const params = {
      ...drawn(model),
      [SPATIAL]: tf.tensor2d([0, 0, 1, 1].map((row) => [row, 0, 0, 0])),
      [TEMPORAL]: tf.tensor2d([
        [0, 0, 0, 0],
        [1, 0, 0, 2],
      ]),
    };
    const larger = await resizeVideoMae({ model, params }, { numFrames: 8, imageSize: 8 });
    expect(larger.model.grid).toEqual({ slices: 4, rows: 4, columns: 4 });
    const places = (await larger.params[SPATIAL]!.array()) as number[][];
    const heights = places.map(([first]) => first!);
    // Rows of four places: alike along a row, as they were, and rising downwards.
    expect(heights).toEqual([0, 4, 8, 12].flatMap((row) => Array(4).fill(heights[row])));
    expect(heights[12]! - heights[0]!).toBeGreaterThan(0.9);
    const slices = (await larger.params[TEMPORAL]!.array()) as number[][];
    // Cubics are symmetric: rows as far from either end add up to the sum of the two samples.
    const rising = slices.map(([first]) => first!);
    expect(rising[0]! + rising[3]!).toBeCloseTo(1, 6);
    expect(rising[1]! + rising[2]!).toBeCloseTo(1, 6);
    expect(rising[1]!).toBeGreaterThan(rising[0]!);
    expect(slices.map((row) => row[3]!)).toEqual(rising.map((value) => 2 * value));
    const features = larger.model.encode(larger.params, tf.ones([1, 2, 24]), numbers([0, 63]));
    expect(features.shape).toEqual([1, 2, 4]);
  });

  it('copies what has no place of its own', async () => {
    const model = videoMae(plain);
    const params = drawn(model);
    const longer = await resizeVideoMae({ model, params }, { numFrames: 8 });
    expect(longer.model.grid).toEqual({ slices: 4, rows: 2, columns: 2 });
    tf.dispose(params);
    for (const tensor of Object.values(longer.params)) expect(tensor.isDisposed).toBe(false);
  });
});
