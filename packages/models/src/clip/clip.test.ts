import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import type { Params } from '../params.js';
import { expectClose } from '../testing/parity.js';
import { tinyClip } from '../testing/tiny-clip.js';
import { clip } from './clip.js';

const engines: [string, () => Promise<Engine>][] = [
  ['cpuEngine', cpuEngine],
  ['onnxEngine', onnxEngine],
];

const model = clip(tinyClip);

function patches(images: number): tf.Tensor3D {
  const random = seededRandom('patches');
  const values = Float32Array.from({ length: images * 4 * 12 }, () => 2 * random() - 1);
  return tf.tensor3d(values, [images, 4, 12]);
}

function texts(...rows: number[][]): tf.Tensor2D {
  return tf.tensor2d(rows, undefined, 'int32');
}

describe('clip', () => {
  it('refuses configurations that no model can have', () => {
    const { visionConfig, textConfig } = tinyClip;
    const three = { ...visionConfig, patchSize: 3 };
    expect(() => clip({ ...tinyClip, visionConfig: three })).toThrow(
      'clip, visionConfig, option imageSize: expected a multiple of patchSize (3), got 4.',
    );
    const relu = { ...textConfig, hiddenAct: 'relu' as 'gelu' };
    expect(() => clip({ ...tinyClip, textConfig: relu })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });

  it('names what is wrong with its inputs', () => {
    const params = model.init(seededRandom('inputs'));
    expect(() => model.encodeImage(params, tf.zeros([2, 9, 12]))).toThrow(
      'clip vision, patches: expected [2,4,12], got [2,9,12].',
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

    it('gives a patch the features of its own place alone in the value path of one block', async () => {
      const engine = await makeEngine();
      const shallow = clip({ ...tinyClip, visionConfig: { ...tinyClip.visionConfig, numHiddenLayers: 1 } });
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
