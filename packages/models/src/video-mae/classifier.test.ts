import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { beforeAll, describe, expect, it } from 'vitest';
import { videoMaeClassifier } from './classifier.js';
import type { VideoMaeClassifierConfig } from './config.js';
import { drawDropPath } from './drop-path.js';
import { videoMae } from './video-mae.js';

const config: VideoMaeClassifierConfig = {
  imageSize: 4,
  patchSize: 2,
  numFrames: 4,
  tubeletSize: 2,
  hiddenSize: 8,
  numHiddenLayers: 3,
  numAttentionHeads: 2,
  intermediateSize: 16,
  layerNormEps: 1e-6,
  poolNormEps: 1e-6,
  labels: ['run', 'jump', 'swim'],
};

beforeAll(() => cpuEngine());

function clips(batch: number, key: string): tf.Tensor3D {
  const random = seededRandom(key);
  return tf.tensor3d(
    Array.from({ length: batch * 8 * 24 }, () => random() * 2 - 1),
    [batch, 8, 24],
  );
}

describe('videoMaeClassifier', () => {
  const model = videoMaeClassifier(config);

  it('is the encoder of the Video MAE before its last norm', async () => {
    const decoder = {
      decoderHiddenSize: 4,
      decoderNumHiddenLayers: 1,
      decoderNumAttentionHeads: 1,
      decoderIntermediateSize: 8,
      decoderNormEps: 1e-6,
    };
    const { poolNormEps: _, labels: __, ...encoder } = config;
    const pretraining = videoMae({ ...encoder, ...decoder });
    const pretrained = pretraining.init(seededRandom('pretrained'));
    const params = model.init(seededRandom('head'), pretrained);
    const tokens = clips(2, 'clips');
    const places = Array.from({ length: 8 }, (_, token) => token);
    const all = tf.tensor2d([places, places], undefined, 'int32');
    const normed = await pretraining.encode(pretrained, tokens, all).array();
    const encoded = await model.encode(params, tokens).array();
    for (const [clip, rows] of encoded.entries()) {
      for (const [token, row] of rows.entries()) {
        const mean = row.reduce((sum, value) => sum + value, 0) / 8;
        const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 8;
        row.forEach((value, channel) => {
          const expected = normed[clip]![token]![channel]!;
          expect((value - mean) / Math.sqrt(variance + 1e-6)).toBeCloseTo(expected, 4);
        });
      }
    }
  });

  it('starts with a head that says little, and with what a pre-trained model knows', async () => {
    const big = videoMaeClassifier({ ...config, hiddenSize: 64, numAttentionHeads: 4 });
    const params = big.init(seededRandom('fresh'));
    const deviation = async (name: string) => {
      const values = await params[name]!.data<'float32'>();
      return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
    };
    expect(await deviation('classifier.weight')).toBeCloseTo(0.02 * 0.001, 5);
    expect(await deviation('videomae.encoder.layer.0.output.dense.weight')).toBeCloseTo(0.02, 2);
    expect(await deviation('classifier.bias')).toBe(0);
    const known = { 'fc_norm.bias': tf.fill([64], 3) };
    const again = big.init(seededRandom('fresh'), known);
    expect([...(await again['fc_norm.bias']!.data())]).toEqual(Array(64).fill(3));
    known['fc_norm.bias'].dispose();
    expect(again['fc_norm.bias']!.isDisposed).toBe(false);
    expect(() => big.init(seededRandom('fresh'), { 'fc_norm.bias': tf.zeros([8]) })).toThrow(
      expect.objectContaining({ code: 'INPUT_SHAPE' }),
    );
  });

  it('gives the logits of the norm of the mean', async () => {
    const wide = videoMaeClassifier({ ...config, poolNormEps: 3 });
    const params = wide.init(seededRandom('head'));
    const encoded = tf.tensor3d([
      [
        [3, -1, 3, -1, 3, -1, 3, -1],
        [-1, -1, -1, -1, -1, -1, -1, -1],
      ],
    ]);
    // The mean of the two is 1 and -1 in turn, of variance 1; with the epsilon of 3 the norm halves it.
    const given = {
      ...params,
      'fc_norm.bias': tf.tensor1d([1, 0, 0, 0, 0, 0, 0, 2]),
      'classifier.weight': tf.tensor2d([0, 1, 2].map((row) => Array.from({ length: 8 }, () => row))),
      'classifier.bias': tf.tensor1d([10, 20, 30]),
    };
    const features = wide.pool(given, encoded);
    expect([...(await features.data())]).toEqual([1.5, -0.5, 0.5, -0.5, 0.5, -0.5, 0.5, 1.5]);
    expect([...(await wide.classify(given, features).data())]).toEqual([10, 23, 36]);
  });

  it('reads the first token, under the norm of the encoder, where no mean is taken', async () => {
    const first = videoMaeClassifier({ ...config, useMeanPooling: false, layerNormEps: 3, poolNormEps: 9 });
    const params = first.init(seededRandom('first'));
    expect(Object.keys(params)).not.toContain('fc_norm.bias');
    const encoded = tf.tensor3d([
      [
        [1, -1, 1, -1, 1, -1, 1, -1],
        [9, 9, 9, 9, 9, 9, 9, 9],
      ],
    ]);
    // Of mean 0 and variance 1; with the epsilon of 3 the norm halves it.
    const given = { ...params, 'videomae.layernorm.bias': tf.tensor1d([1, 0, 0, 0, 0, 0, 0, 2]) };
    expect([...(await first.pool(given, encoded).data())]).toEqual([
      1.5, -0.5, 0.5, -0.5, 0.5, -0.5, 0.5, 1.5,
    ]);
  });

  it('leaves out the branches of the clips that drop path chose', async () => {
    const params = model.init(seededRandom('drop'));
    const larger = Object.fromEntries(
      Object.entries(params).map(([name, tensor]) => [
        name,
        name.endsWith('weight') ? tf.mul(tensor, 5) : tensor,
      ]),
    );
    const tokens = clips(2, 'drop');
    const kept = tf.ones<tf.Rank.R3>([3, 2, 2]);
    const whole = await model.encode(larger, tokens).array();
    expect(await model.encode(larger, tokens, kept).array()).toEqual(whole);
    const without = (ending: RegExp) =>
      Object.fromEntries(
        Object.entries(larger).map(([name, tensor]) => [
          name,
          ending.test(name) ? tf.zerosLike(tensor) : tensor,
        ]),
      );
    // A branch whose last layer is zero adds nothing: that is how a clip without the branch must look.
    const branches: [number[], RegExp][] = [
      [[1, 0, 1, 0], /\.output\.dense\./],
      [[1, 0, 1, 1], /attention\.output\.dense\./],
      [[1, 1, 1, 0], /\.\d+\.output\.dense\./],
    ];
    for (const [factors, ending] of branches) {
      const drop = tf.tensor3d(
        [0, 1, 2].flatMap(() => factors),
        [3, 2, 2],
      );
      const dropped = await model.encode(larger, tokens, drop).array();
      expect(dropped[0]).toEqual(whole[0]);
      expect(dropped[1]).toEqual((await model.encode(without(ending), tokens).array())[1]);
      expect(dropped[1]).not.toEqual(whole[1]);
    }
  });

  it('takes drop path as an input of a compiled step', async () => {
    const engine = await onnxEngine({ threads: 1 });
    const params = model.init(seededRandom('compiled'));
    const tokens = clips(2, 'compiled');
    const factors = tf.tensor3d(drawDropPath({ rate: 0.5, layers: 3, batch: 2 }, seededRandom(1)), [3, 2, 2]);
    const run = engine.compile(
      (inputs: { params: typeof params; tokens: tf.Tensor3D; factors: tf.Tensor3D }) =>
        model.encode(inputs.params, inputs.tokens, inputs.factors),
    );
    const compiled = await (await run({ params, tokens, factors })).data();
    await engine.dispose();
    await cpuEngine();
    const eager = await model.encode(params, tokens, factors).data();
    eager.forEach((value, index) => {
      expect(compiled[index]).toBeCloseTo(value, 4);
    });
  });

  it('names what is wrong', () => {
    expect(() => videoMaeClassifier({ ...config, labels: [] })).toThrow(
      'videoMaeClassifier, option labels: expected a list of at least 1 name, or such lists by name, got [].',
    );
    for (const labels of [{}, { verb: [] }, { '': ['a'] }, { verb: 'open' }, [''], 'run']) {
      expect(() => videoMaeClassifier({ ...config, labels } as never), JSON.stringify(labels)).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    }
    const params = model.init(seededRandom('shapes'));
    expect(() => model.encode(params, tf.zeros([2, 7, 24]))).toThrow(
      'encode, tokens: expected [2,8,24], got [2,7,24].',
    );
    expect(() => model.encode(params, clips(2, 'a'), tf.ones([3, 2, 1]))).toThrow(
      'encode, dropPath: expected [3,2,2], got [3,2,1].',
    );
  });
});

describe('drawDropPath', () => {
  it('leaves out more of later blocks, and keeps the mean', () => {
    const batch = 20_000;
    const factors = drawDropPath({ rate: 0.4, layers: 3, batch }, seededRandom('rates'));
    for (const [layer, share] of [0, 0.2, 0.4].entries()) {
      const part = factors.subarray(layer * 2 * batch, (layer + 1) * 2 * batch);
      const zeros = part.filter((factor) => factor === 0).length / part.length;
      expect(zeros).toBeCloseTo(share, 1);
      expect(Math.max(...part)).toBeCloseTo(1 / (1 - share), 6);
      expect(part.reduce((sum, factor) => sum + factor, 0) / part.length).toBeCloseTo(1, 1);
    }
    expect(() => drawDropPath({ rate: 1, layers: 1, batch: 1 }, seededRandom(0))).toThrow(
      'drawDropPath, option rate: expected a number from 0 and below 1, got 1.',
    );
  });
});
