import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import type { Params } from '../params.js';
import { expectClose } from '../testing/parity.js';
import { tinyClipModel } from '../testing/tiny-clip-model.js';
import { type ClipModel, clipModel } from './clip-model.js';

const engines: [string, () => Promise<Engine>][] = [
  ['cpuEngine', cpuEngine],
  ['onnxEngine', onnxEngine],
];

const model = clipModel(tinyClipModel);

function patches(images: number): tf.Tensor3D {
  const random = seededRandom('patches');
  const values = Float32Array.from({ length: images * 4 * 12 }, () => 2 * random() - 1);
  return tf.tensor3d(values, [images, 4, 12]);
}

function texts(...rows: number[][]): tf.Tensor2D {
  return tf.tensor2d(rows, undefined, 'int32');
}

describe('clipModel', () => {
  it('refuses configurations that no model can have', () => {
    const { visionConfig, textConfig } = tinyClipModel;
    const three = { ...visionConfig, patchSize: 3 };
    expect(() => clipModel({ ...tinyClipModel, visionConfig: three })).toThrow(
      'clipModel, visionConfig, option imageSize: expected a multiple of patchSize (3), got 4.',
    );
    const relu = { ...textConfig, hiddenAct: 'relu' as 'gelu' };
    expect(() => clipModel({ ...tinyClipModel, textConfig: relu })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });

  it('names what is wrong with its inputs', () => {
    const params = model.init(seededRandom('inputs'));
    expect(() => model.encodeImage(params, tf.zeros([2, 9, 12]))).toThrow(
      'clipModel vision, patches: expected [2,4,12], got [2,9,12].',
    );
    const [some, one] = [tf.zeros<tf.Rank.R3>([2, 3, 12]), texts([0], [1])];
    for (const encode of [
      () => model.encodeImage(params, some, one),
      () => model.patchFeatures(params, some, 'value', one),
    ]) {
      expect(encode).toThrow('clipModel vision, patches: expected [2,1,12], got [2,3,12].');
    }
    expect(() => model.encodeImage(params, some, tf.zeros([2, 3]))).toThrow(
      'clipModel vision, positions: expected int32 [B, count], got float32 [2,3].',
    );
    const long = texts(new Array(9).fill(1));
    expect(() => model.encodeText(params, long, tf.tensor1d([0], 'int32'))).toThrow(
      expect.objectContaining({ code: 'INPUT_SHAPE' }),
    );
    tf.dispose(params);
  });

  it('has gradients that agree with finite differences, on both engines', async () => {
    const params = model.init(seededRandom('gradients'));
    const names = Object.keys(params);
    const values = names.map((name) => params[name]!);
    const inputs = {
      values,
      images: patches(2),
      ids: texts([10, 8, 11, 0], [10, 2, 9, 11]),
      ends: tf.tensor1d([2, 3], 'int32'),
    };
    type Inputs = typeof inputs;
    const loss = ({ images, ids, ends }: Omit<Inputs, 'values'>, tensors: tf.Tensor[]) => {
      const given = Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
      const image = model.encodeImage(given, images);
      const scores = tf.matMul(image, model.encodeText(given, ids, ends), false, true);
      return tf.sum(tf.square(tf.mul(scores, given.logit_scale!))) as tf.Scalar;
    };
    const gradientsOf = (given: Inputs) => tf.grads((...tensors) => loss(given, tensors))(given.values);

    const onnx = await onnxEngine();
    const traced = await onnx.compile(gradientsOf)(inputs);
    const onOnnx = await Promise.all(traced.map((gradient) => gradient.data()));
    await onnx.dispose();
    const cpu = await cpuEngine();
    const gradients = gradientsOf(inputs);
    const base = (await loss(inputs, values).data())[0]!;
    for (const [i, name] of names.entries()) {
      const gradient = gradients[i]!;
      const expected = await gradient.data();
      const square = Array.from(expected).reduce((sum, value) => sum + value * value, 0);
      expectClose(onOnnx[i]!, expected, 1e-5 * Math.sqrt(base) + 1e-4 * Math.sqrt(square));
      // A key's bias shifts all scores of a query alike: no gradient.
      if (name.endsWith('k_proj.bias')) {
        expect(square).toBeLessThan(1e-8 * base);
        continue;
      }
      // Along the gradient itself the loss rises by |g|^2 a step.
      const step = (0.003 * base) / square;
      const moved = async (by: number) => {
        const there = values.map((value, k) => (k === i ? tf.add(value, tf.mul(gradient, by)) : value));
        return (await loss(inputs, there).data())[0]!;
      };
      const rise = ((await moved(step)) - (await moved(-step))) / (2 * step);
      expect(rise / square, name).toBeGreaterThan(0.98);
      expect(rise / square, name).toBeLessThan(1.02);
    }
    await cpu.dispose();
  }, 60_000);

  describe.each(engines)('on %s', (_, makeEngine) => {
    async function embedTexts(params: Params, ids: tf.Tensor2D, ends: number[]) {
      const engine = await makeEngine();
      const run = engine.compile((inputs: { params: Params; ids: tf.Tensor2D; ends: tf.Tensor1D }) =>
        model.encodeText(inputs.params, inputs.ids, inputs.ends),
      );
      const result = await (await run({ params, ids, ends: tf.tensor1d(ends, 'int32') })).data();
      await engine.dispose();
      return result;
    }

    it('gives a text the same features whatever follows its end', async () => {
      const params = model.init(seededRandom('causal'));
      const features = await embedTexts(
        params,
        texts([10, 8, 11, 0], [10, 8, 11, 5], [10, 7, 11, 0]),
        [2, 2, 2],
      );
      expectClose(features.subarray(6, 12), features.subarray(0, 6), 1e-6);
      expect(Math.abs(features[12]! - features[0]!)).toBeGreaterThan(1e-3);
      const short = await embedTexts(params, texts([10, 8, 11]), [2]);
      expectClose(short, features.subarray(0, 6), 1e-5);
      tf.dispose(params);
    });

    const seen = async (
      { encodeImage, patchFeatures }: ClipModel,
      inputs: { params: Params; images: tf.Tensor3D; positions?: tf.Tensor2D },
    ): Promise<{ image: Float32Array; patches: Float32Array[] }> => {
      const engine = await makeEngine();
      const run = engine.compile((given: typeof inputs) => ({
        image: encodeImage(given.params, given.images, given.positions),
        patches: (['value', 'raw'] as const).map((variant) =>
          patchFeatures(given.params, given.images, variant, given.positions),
        ),
      }));
      const { image, patches } = await run(inputs);
      const read = {
        image: await image.data<'float32'>(),
        patches: await Promise.all(patches.map((each) => each.data<'float32'>())),
      };
      await engine.dispose();
      return read;
    };

    it('sees all patches with their positions as without', async () => {
      const params = model.init(seededRandom('positions'));
      const images = patches(2);
      const plain = await seen(model, { params, images });
      const placed = await seen(model, { params, images, positions: texts([0, 1, 2, 3], [0, 1, 2, 3]) });
      // The same patches named in another order.
      const order = tf.tensor1d([2, 0, 3, 1], 'int32');
      const positions = texts([2, 0, 3, 1], [2, 0, 3, 1]);
      const mixed = await seen(model, { params, images: tf.gather(images, order, 1), positions });
      expectClose(placed.image, plain.image, 1e-6);
      expectClose(mixed.image, plain.image, 1e-5);
      for (const [at, features] of plain.patches.entries()) {
        expectClose(placed.patches[at]!, features, 1e-6);
        const patch = (from: Float32Array, number: number) => from.subarray(number * 6, (number + 1) * 6);
        for (const [place, number] of [2, 0, 3, 1].entries()) {
          expectClose(patch(mixed.patches[at]!, place), patch(features, number), 1e-5);
        }
      }
    });

    it('sees some patches as a model that has no others', async () => {
      // 16 patches, of which a model of 4 with the positions of these is the reference.
      const large = clipModel({
        ...tinyClipModel,
        visionConfig: { ...tinyClipModel.visionConfig, imageSize: 8 },
      });
      const params = large.init(seededRandom('some'));
      const table = 'vision_model.embeddings.position_embedding.weight';
      const images = patches(2);
      const chosen = [
        [15, 3, 4, 9],
        [0, 7, 6, 1],
      ] as const;
      const both = await seen(large, { params, images, positions: texts(...chosen.map((row) => [...row])) });
      for (const [row, numbers] of chosen.entries()) {
        const places = tf.tensor1d([0, ...numbers.map((number) => number + 1)], 'int32');
        const alone = { ...params, [table]: tf.gather(params[table]!, places) };
        const image = images.slice([row, 0, 0], [1, -1, -1]) as tf.Tensor3D;
        const expected = await seen(model, { params: alone, images: image });
        expectClose(both.image.subarray(row * 6, (row + 1) * 6), expected.image, 1e-5);
        for (const [at, features] of expected.patches.entries()) {
          expectClose(both.patches[at]!.subarray(row * 24, (row + 1) * 24), features, 1e-5);
        }
      }
      expect(Math.abs(both.image[0]! - both.image[6]!)).toBeGreaterThan(1e-3);
    });

    it('gives a patch the features of its own place alone in the value path of one block', async () => {
      const engine = await makeEngine();
      const shallow = clipModel({
        ...tinyClipModel,
        visionConfig: { ...tinyClipModel.visionConfig, numHiddenLayers: 1 },
      });
      const params = shallow.init(seededRandom('value'));
      const images = patches(1);
      const swapped = tf.concat([images.slice([0, 0], [1, 3]), tf.ones([1, 1, 12])], 1) as tf.Tensor3D;
      for (const variant of ['value', 'value-residual', 'raw'] as const) {
        const run = engine.compile((inputs: { params: Params; images: tf.Tensor3D }) =>
          shallow.patchFeatures(inputs.params, inputs.images, variant),
        );
        const before = await (await run({ params, images })).data();
        const after = await (await run({ params, images: swapped })).data();
        const first = Math.max(...Array.from({ length: 18 }, (_, i) => Math.abs(after[i]! - before[i]!)));
        if (variant === 'raw') expect(first).toBeGreaterThan(1e-4);
        else expect(first).toBeLessThan(1e-6);
        expect(Math.abs(after[18]! - before[18]!)).toBeGreaterThan(1e-4);
      }
      await engine.dispose();
    });
  });
});
