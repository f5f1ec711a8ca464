import * as tf from '@tensorflow/tfjs';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import type { Params } from '../params.js';
import { patchify } from '../patchify.js';
import type { Safetensors } from '../safetensors/read.js';
import { sinusoidTable } from '../sinusoid.js';
import {
  expectClose,
  hasParity,
  parityJson,
  parityTensors,
  placesOf,
  relativeL2,
  stored,
  storedParams,
} from '../testing/parity.js';
import type { VideoMaeConfig } from './config.js';
import { videoMae } from './video-mae.js';

/** The reference's tiny model. */
const config: VideoMaeConfig = {
  imageSize: 64,
  patchSize: 16,
  numFrames: 8,
  tubeletSize: 2,
  hiddenSize: 48,
  numHiddenLayers: 3,
  numAttentionHeads: 3,
  intermediateSize: 192,
  decoderHiddenSize: 32,
  decoderNumHiddenLayers: 2,
  decoderNumAttentionHeads: 2,
  decoderIntermediateSize: 128,
  layerNormEps: 1e-6,
  decoderNormEps: 1e-6,
};

/** The reference's clip [2, 3, 8, 64, 64] as all tokens [2, 64, 1536], by way of `patchify`'s own order. */
function allTokens(clip: tf.Tensor): tf.Tensor3D {
  const frames = tf.transpose(clip, [0, 2, 3, 4, 1]); // [2, 8, 64, 64, 3]
  const cut = tf.reshape(
    tf.transpose(tf.reshape(frames, [2, 4, 2, 4, 16, 4, 48]), [0, 1, 3, 5, 2, 4, 6]),
    [2, 64, 1536],
  );
  return cut as tf.Tensor3D;
}

function gather(tokens: tf.Tensor3D, places: tf.Tensor2D): tf.Tensor3D {
  return tf.gather(tokens, places, 1, 1) as tf.Tensor3D;
}

/** The reference's parameters under the names used here, by the rows of the mapping. */
function renamed(file: Safetensors, prefix: string): Params {
  const official = storedParams(file, prefix);
  const params: Record<string, tf.Tensor> = {};
  for (const name of parityMapping()) {
    const tensor = official[name.official]!;
    const third = tensor.shape[0]! / 3;
    const part = name.part;
    params[name.hf] = part < 0 ? tensor : tf.slice(tensor, [part * third, 0], [third, -1]);
  }
  return params;
}

interface MappingRow {
  readonly official: string;
  readonly hf: string;
  /** Which third of the fused matrix; -1 for a plain copy. */
  readonly part: number;
}

function parityMapping(): MappingRow[] {
  const inModel = (name: string) => {
    const encoder = /encoder\.layer\.(\d+)\./.exec(name);
    const decoder = /decoder_layers\.(\d+)\./.exec(name);
    return !(encoder && Number(encoder[1]) >= 3) && !(decoder && Number(decoder[1]) >= 2);
  };
  const rows: { official: string; hf: string }[] =
    parityJson('checkpoint-names').videomae.pretraining.mapping;
  return rows
    .filter(({ hf }) => inModel(hf))
    .map(({ official, hf }) => {
      const part = official.endsWith('qkv.weight')
        ? ['query', 'key', 'value'].findIndex((which) => hf.includes(`.${which}.`))
        : -1;
      return { official, hf, part };
    });
}

const engines: [string, () => Engine | Promise<Engine>][] = [
  ['cpuEngine', cpuEngine],
  ['onnxEngine', onnxEngine],
];

describe.skipIf(!hasParity)('Video MAE and its reference implementations', () => {
  const model = videoMae(config);

  it('have the same names and shapes of parameters', async () => {
    const { hf_keys } = parityJson('checkpoint-names').videomae.pretraining;
    const base = videoMae('base').parameters.map(({ name, shape }) => [name, [...shape]]);
    expect(Object.fromEntries(base)).toEqual(hf_keys);
    const file = await parityTensors('checkpoint-names');
    const tiny = Object.keys(storedParams(file, 'hf_videomae/')).sort();
    expect(model.parameters.map(({ name }) => name).sort()).toEqual(tiny);
  });

  it('have the same tables of positions', async () => {
    await cpuEngine();
    const file = await parityTensors('videomae-pretrain');
    expectClose(sinusoidTable(64, 48), await stored(file, 'const/encoder_pos_embed').data(), 1e-7);
    expectClose(sinusoidTable(64, 32), await stored(file, 'const/decoder_pos_embed').data(), 1e-7);
  });

  it('cut a clip into the same tokens', async () => {
    const file = await parityTensors('videomae-pretrain');
    const clip = stored(file, 'input/clip01');
    const pixels = tf.round(tf.mul(tf.transpose(clip, [0, 2, 3, 4, 1]), 255)); // [2, 8, 64, 64, 3]
    const first = Uint8Array.from(await tf.slice(pixels, 0, 1).data());
    const target = await tf.round(tf.mul(stored(file, 'target/unnormalised'), 255)).data(); // [2, 48, 1536]
    const masked = await tf.slice(placesOf(file, 'input/mask', 1), 0, 1).data();
    const patches = patchify(first, config);
    for (const [row, token] of masked.entries()) {
      const got = patches.subarray(token * 1536, token * 1536 + 1536);
      expectClose(got, target.subarray(row * 1536, row * 1536 + 1536), 1.01); // rounding of x.5
    }
  });

  it.each(engines)(
    'agree on features, reconstruction, loss and every gradient: %s',
    async (_, makeEngine) => {
      const file = await parityTensors('videomae-pretrain');
      const engine = await makeEngine();
      const visible = placesOf(file, 'input/mask', 0);
      const masked = placesOf(file, 'input/mask', 1);
      const params = renamed(file, 'param/');
      const names = Object.keys(params);
      const step = engine.compile(
        (inputs: {
          params: Params;
          tokens: tf.Tensor3D;
          target: tf.Tensor3D;
          visible: tf.Tensor2D;
          masked: tf.Tensor2D;
        }) => {
          const latent = model.encode(inputs.params, inputs.tokens, inputs.visible);
          const output = model.decode(inputs.params, latent, inputs.visible, inputs.masked);
          const loss = (...tensors: tf.Tensor[]) => {
            const given = Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
            const encoded = model.encode(given, inputs.tokens, inputs.visible);
            const predicted = model.decode(given, encoded, inputs.visible, inputs.masked);
            return tf.mean(tf.squaredDifference(predicted, inputs.target)) as tf.Scalar;
          };
          const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => inputs.params[name]!));
          return {
            latent,
            output,
            loss: value,
            gradients: Object.fromEntries(names.map((name, i) => [name, grads[i]!])),
          };
        },
      );
      const result = await step({
        params,
        tokens: gather(allTokens(stored(file, 'input/clip')), visible),
        target: stored(file, 'target/normalised') as tf.Tensor3D,
        visible,
        masked,
      });
      expectClose(await result.latent.data(), await stored(file, 'output/encoder').data(), 2e-5, 1e-4);
      expectClose(await result.output.data(), await stored(file, 'output/decoder').data(), 2e-5, 1e-4);
      expectClose(await result.loss.data(), (await stored(file, 'output/losses').data()).slice(0, 1), 1e-5);
      const gradients = renamed(file, 'grad/');
      expect(Object.keys(gradients).length).toBe(85);
      for (const name of names) {
        const expected = await gradients[name]!.data();
        const got = await result.gradients[name]!.data();
        const largest = Math.max(...tf.util.toTypedArray(expected, 'float32').map(Math.abs));
        expect(relativeL2(got, expected), name).toBeLessThanOrEqual(1e-4);
        expectClose(got, expected, 1e-6 + 1e-4 * largest);
      }
      await engine.dispose();
    },
    60_000,
  );

  it("agree with Hugging Face's class under both sets of epsilons", async () => {
    await cpuEngine();
    const file = await parityTensors('checkpoint-names');
    const inputs = await parityTensors('videomae-pretrain');
    const params = storedParams(file, 'hf_videomae/');
    const visible = placesOf(inputs, 'input/mask', 0);
    const masked = placesOf(inputs, 'input/mask', 1);
    const tokens = gather(allTokens(stored(inputs, 'input/clip')), visible);
    const cases: [string, number, number, number][] = [
      ['logits_eps_1e-6', 1e-6, 1e-6, 2e-5],
      ['logits_hf_eps', 1e-12, 1e-5, 5e-5],
    ];
    for (const [name, layerNormEps, decoderNormEps, tolerance] of cases) {
      const variant = videoMae({ ...config, layerNormEps, decoderNormEps });
      const output = variant.decode(params, variant.encode(params, tokens, visible), visible, masked);
      expectClose(await output.data(), await stored(file, `hf_videomae_io/${name}`).data(), tolerance, 1e-4);
    }
  }, 60_000);
});
