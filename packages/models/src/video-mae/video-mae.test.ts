import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import type { Params } from '../params.js';
import { expectClose } from '../testing/parity.js';
import { TINY_VIDEO_MAE } from '../testing/tiny-video-mae.js';
import { videoMaeClassifier } from './classifier.js';
import { VIDEO_MAE_CONFIGS } from './config.js';
import { videoMaeEncoder } from './encoder.js';
import { videoMae } from './video-mae.js';

const engines: [string, () => Engine | Promise<Engine>][] = [
  ['cpuEngine', cpuEngine],
  ['onnxEngine', onnxEngine],
];

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

describe('videoMae', () => {
  it('has the published sizes', () => {
    const millions = (size: 'small' | 'base' | 'large' | 'huge') =>
      videoMae(size).parameters.reduce((sum, { shape }) => sum + elements(shape), 0) / 1e6;
    // By hand for the base: embedding 1.18 + 12 blocks of 7.09 + bridge .29 + 4 blocks of 1.77 + head .59
    expect(millions('base')).toBeCloseTo(94.21, 1);
    expect(millions('small')).toBeCloseTo(24.04, 1);
    expect(videoMae('base').grid).toEqual({ slices: 8, rows: 14, columns: 14 });
    expect(videoMae('base').tokenSize).toBe(1536);
    // embedding 1.57 + 24 blocks of 12.60 + bridge .52 + 12 blocks of 3.15 + head .79; its decoder has 12 blocks, as that of huge.
    expect(millions('large')).toBeCloseTo(342.99, 1);
    expect(VIDEO_MAE_CONFIGS.huge).toMatchObject({
      hiddenSize: 1280,
      decoderHiddenSize: 640,
      decoderNumHiddenLayers: 12,
      decoderNumAttentionHeads: 8,
    });
  });

  it.each([
    ['numFrames', { numFrames: 3 }],
    ['imageSize', { imageSize: 5 }],
    ['hiddenSize', { numAttentionHeads: 3 }],
    ['layerNormEps', { layerNormEps: 0 }],
    ['decoderNumHiddenLayers', { decoderNumHiddenLayers: 1.5 }],
  ])('refuses a configuration with a wrong %s', (field, change) => {
    expect(() => videoMae({ ...TINY_VIDEO_MAE, ...change })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
    expect(() => videoMae({ ...TINY_VIDEO_MAE, ...change })).toThrow(`videoMae, option ${field}: expected`);
  });

  it('takes clips of other lengths and sizes with the same parameters', async () => {
    await cpuEngine();
    const params = videoMae(TINY_VIDEO_MAE).init(seededRandom('longer'));
    const tokens = tf.ones<tf.Rank.R3>([1, 3, 24]);
    const positions = tf.tensor2d([[0, 3, 7]], undefined, 'int32');
    const features = await videoMae(TINY_VIDEO_MAE).encode(params, tokens, positions).data();
    for (const change of [{ numFrames: 16 }, { imageSize: 8 }]) {
      const other = videoMae({ ...TINY_VIDEO_MAE, ...change });
      expect(other.parameters.map(({ shape }) => shape)).toEqual(
        videoMae(TINY_VIDEO_MAE).parameters.map(({ shape }) => shape),
      );
      // A row of the table of positions does not depend on how many there are.
      expect(await other.encode(params, tokens, positions).data()).toEqual(features);
      const far = tf.tensor2d([[0, 3, 31]], undefined, 'int32');
      expect(other.encode(params, tokens, far).shape).toEqual([1, 3, 8]);
    }
    tf.dispose(params);
  });

  it('has no norm after the encoder where its tokens are pooled by their mean', async () => {
    await cpuEngine();
    const pooled = videoMae({ ...TINY_VIDEO_MAE, useMeanPooling: true });
    const params = pooled.init(seededRandom('pooled'));
    expect(Object.keys(params)).not.toContain('videomae.layernorm.weight');
    const tokens = tf.randomUniform<tf.Rank.R3>([1, 8, 24], 0, 1, 'float32', 1);
    const places = tf.tensor2d([[0, 1, 2, 3, 4, 5, 6, 7]], undefined, 'int32');
    const classifier = videoMaeClassifier({ ...TINY_VIDEO_MAE, poolNormEps: 1, labels: ['a'] });
    const features = await pooled.encode(params, tokens, places).data();
    // The classifier's encoder ends without a norm, its tokens in their order.
    expect(features).toEqual(await classifier.encode(params, tokens).data());
    expect(features).toEqual(await videoMaeEncoder(pooled.config).encode(params, tokens, places).data());
  });

  it('names what is wrong with its inputs', () => {
    const model = videoMae(TINY_VIDEO_MAE);
    const params = model.init(seededRandom('inputs'));
    const tokens = tf.zeros<tf.Rank.R3>([1, 3, 24]);
    const positions = tf.tensor2d([[0, 1, 2]], undefined, 'int32');
    expect(() => model.encode(params, tf.zeros([1, 3, 12]), positions)).toThrow(
      'encode, tokens: expected [1,3,24], got [1,3,12].',
    );
    expect(() => model.encode(params, tokens, tf.zeros([1, 3]))).toThrow(
      expect.objectContaining({ code: 'INPUT_SHAPE' }),
    );
    const { mask_token: _, ...rest } = params;
    const latent = model.encode(params, tokens, positions);
    expect(() => model.decode(rest, latent, positions, positions)).toThrow(
      expect.objectContaining({ code: 'PARAMETER_MISSING' }),
    );
    tf.dispose(params);
  });

  it("has an epsilon of its own in the decoder's last norm", async () => {
    const params = videoMae(TINY_VIDEO_MAE).init(seededRandom('epsilon'));
    const positions = tf.tensor2d([[0, 1]], undefined, 'int32');
    const masked = tf.tensor2d([[2]], undefined, 'int32');
    const identity = tf.concat([tf.eye(4), tf.zeros([20, 4])]);
    // Under an identity head the output is (x - mean) / sqrt(v + epsilon), whose variance is v / (v + epsilon).
    const variance = async (decoderNormEps: number) => {
      const model = videoMae({ ...TINY_VIDEO_MAE, decoderNormEps });
      const given = { ...params, 'decoder.head.weight': identity };
      const latent = model.encode(params, tf.ones([1, 2, 24]), positions);
      const output = Array.from(await model.decode(given, latent, positions, masked).data());
      return output.slice(0, 4).reduce((sum, value) => sum + value * value, 0) / 4;
    };
    const one = await variance(1);
    const v = one / (1 - one);
    expect(await variance(3)).toBeCloseTo(v / (v + 3), 5);
    tf.dispose([params, identity, positions, masked]);
  });

  it('decodes to tokens behind a norm, and from them to pixels by a linear map', async () => {
    await cpuEngine();
    const model = videoMae(TINY_VIDEO_MAE);
    const params = model.init(seededRandom('halves'));
    const width = TINY_VIDEO_MAE.decoderHiddenSize;
    const { 'decoder.head.weight': weight, ...rest } = params;
    const given = { ...rest, 'decoder.head.weight': weight!, 'decoder.head.bias': tf.range(0, 24) };
    const positions = tf.tensor2d([[0, 3, 5]], undefined, 'int32');
    const masked = tf.tensor2d([[1, 6]], undefined, 'int32');
    const latent = model.encode(given, tf.randomUniform([1, 3, 24], 0, 1, 'float32', 1), positions);
    const decoded = model.decodeTokens(given, latent, positions, masked);
    expect(decoded.shape).toEqual([1, 2, width]);
    // A fresh norm: each token has the mean 0 and the variance 1.
    const { mean, variance } = tf.moments(decoded, 2);
    for (const value of await mean.data()) expect(value).toBeCloseTo(0, 5);
    for (const value of await variance.data()) expect(value).toBeCloseTo(1, 3);
    const rows = tf.reshape(decoded, [2, width]) as tf.Tensor2D;
    const byHand = tf.add(tf.matMul(rows, weight as tf.Tensor2D, false, true), tf.range(0, 24));
    const whole = await model.decode(given, latent, positions, masked).data();
    const halves = await model.predictPixels(given, decoded).data();
    expect(whole).toEqual(halves);
    (await byHand.data()).forEach((value, at) => {
      expect(whole[at]).toBeCloseTo(value, 5);
    });
    expect(() => model.predictPixels(given, tf.zeros([1, 2, width + 1]))).toThrow(
      expect.objectContaining({ code: 'INPUT_SHAPE', where: 'predictPixels, decoded' }),
    );
  });

  describe.each(engines)('on %s', (_, makeEngine) => {
    const model = videoMae(TINY_VIDEO_MAE);

    /** encode and decode of one clip, its visible tokens in the order given. */
    async function reconstruct(params: Params, pixels: number[][], visible: number[], masked: number[]) {
      const engine = await makeEngine();
      const run = engine.compile(
        (inputs: { params: Params; tokens: tf.Tensor3D; visible: tf.Tensor2D; masked: tf.Tensor2D }) => {
          const latent = model.encode(inputs.params, inputs.tokens, inputs.visible);
          return { latent, output: model.decode(inputs.params, latent, inputs.visible, inputs.masked) };
        },
      );
      const { latent, output } = await run({
        params,
        tokens: tf.tensor3d([pixels]),
        visible: tf.tensor2d([visible], undefined, 'int32'),
        masked: tf.tensor2d([masked], undefined, 'int32'),
      });
      const result = { latent: await latent.data(), output: await output.data() };
      await engine.dispose();
      return result;
    }

    function clip(tokens: number): number[][] {
      const random = seededRandom('clip');
      return Array.from({ length: tokens }, () => Array.from({ length: 24 }, () => random() * 2 - 1));
    }

    it('gives every token its features whatever the order of the tokens', async () => {
      const params = model.init(seededRandom('order'));
      const [a, b, c] = clip(3) as [number[], number[], number[]];
      const one = await reconstruct(params, [a, b, c], [1, 4, 6], [0, 2]);
      const other = await reconstruct(params, [c, a, b], [6, 1, 4], [2, 0]);
      expectClose(other.latent.subarray(0, 8), one.latent.subarray(16, 24), 1e-5);
      expectClose(other.latent.subarray(8, 24), one.latent.subarray(0, 16), 1e-5);
      expectClose(other.output.subarray(0, 24), one.output.subarray(24, 48), 1e-5);
      // And not the same features at another position.
      const moved = await reconstruct(params, [a, b, c], [0, 4, 6], [1, 2]);
      expect(Math.abs(moved.latent[0]! - one.latent[0]!)).toBeGreaterThan(1e-4);
      tf.dispose(params);
    });

    it('is the norm of embedding plus position when the blocks add nothing', async () => {
      const params = model.init(seededRandom('hand'));
      const zeroed = Object.fromEntries(
        Object.entries(params).map(([name, tensor]) => [
          name,
          /output\.dense/.test(name) ? tf.zerosLike(tensor) : tensor,
        ]),
      );
      const pixels = clip(1);
      const { latent } = await reconstruct(zeroed, pixels, [5], [0]);
      const weight = await params['videomae.embeddings.patch_embeddings.projection.weight']!.data();
      const x = Array.from({ length: 8 }, (_, out) => {
        let sum = 0;
        for (let frame = 0; frame < 2; frame++)
          for (let row = 0; row < 2; row++)
            for (let column = 0; column < 2; column++)
              for (let channel = 0; channel < 3; channel++) {
                const at = (((out * 3 + channel) * 2 + frame) * 2 + row) * 2 + column;
                sum += weight[at]! * pixels[0]![((frame * 2 + row) * 2 + column) * 3 + channel]!;
              }
        const angle = 5 / 10000 ** ((out - (out % 2)) / 8);
        return sum + (out % 2 === 0 ? Math.sin(angle) : Math.cos(angle));
      });
      const mean = x.reduce((sum, value) => sum + value, 0) / 8;
      const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 8;
      expectClose(
        latent,
        x.map((value) => (value - mean) / Math.sqrt(variance + 1e-6)),
        1e-5,
      );
      tf.dispose([params, zeroed]);
    });
  });
});
