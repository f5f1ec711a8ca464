import * as tf from '@tensorflow/tfjs';
import { normalisedTarget, reconstructionLoss } from '@tgm/losses';
import {
  IMAGENET_PIXELS,
  type Params,
  paramsFromTensors,
  sinusoidTable,
  type VideoMaeConfig,
  videoMae,
} from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type Fixture, numbers, stored, withPrefix } from '../fixture.js';
import { compare, compareAll, type Quantity } from '../quantity.js';
import { parseTolerance, toleranceOf } from '../tolerance.js';
import { officialPairs, sameDecay, steppedPrefix, train } from '../training.js';
import { chooseTokens, placesOf, tokensOf } from '../video-tokens.js';

/** The shape of a fixture's model, all epsilons alike as in the reference. */
export function pretrainConfig({ json: { config } }: Fixture): VideoMaeConfig {
  return {
    imageSize: config.img_size,
    patchSize: config.patch_size,
    numFrames: config.frames,
    tubeletSize: config.tubelet_size,
    hiddenSize: config.enc_dim,
    numHiddenLayers: config.enc_depth,
    numAttentionHeads: config.enc_heads,
    intermediateSize: config.enc_dim * config.mlp_ratio,
    decoderHiddenSize: config.dec_dim,
    decoderNumHiddenLayers: config.dec_depth,
    decoderNumAttentionHeads: config.dec_heads,
    decoderIntermediateSize: config.dec_dim * config.mlp_ratio,
    layerNormEps: config.layer_norm_eps,
    decoderNormEps: config.layer_norm_eps,
  };
}

/** What a pre-training step reads: [B, K, P] tokens, [B, M, P] pixels in [0, 1], and places. */
export function pretrainInputs(fixture: Fixture, config: VideoMaeConfig) {
  const clip = tokensOf(stored(fixture, 'input/clip'), config);
  const decoderMask = fixture.tensors['input/decoder_mask'];
  const visible = placesOf(stored(fixture, 'input/mask'), 0);
  const hidden = placesOf(stored(fixture, 'input/mask'), 1);
  const predicted = decoderMask ? placesOf(decoderMask, 0) : hidden;
  const width = predicted[0]!.length;
  const counted = predicted.flatMap((row, clip) =>
    row.flatMap((token, at) => (hidden[clip]!.includes(token) ? [clip * width + at] : [])),
  );
  const batch = visible.length;
  const size = clip.length / batch / (visible[0]!.length + hidden[0]!.length);
  const { mean, std } = IMAGENET_PIXELS;
  const pixels = clip.map((value, place) => value * std[place % 3]! + mean[place % 3]!);
  const places = (rows: number[][]) => tf.tensor2d(rows, [batch, rows[0]!.length], 'int32');
  return {
    tokens: tf.tensor3d(chooseTokens(clip, visible, config), [batch, visible[0]!.length, size]),
    pixels: tf.tensor3d(chooseTokens(pixels, predicted, config), [batch, width, size]),
    visible: places(visible),
    predicted: places(predicted),
    /** Predicted tokens that the encoder did not see, as rows of [B * M, P]: they make the loss. */
    counted: tf.tensor1d(counted, 'int32'),
  };
}

type Inputs = ReturnType<typeof pretrainInputs>;

/** VideoMAE's pre-training, and VideoMAE V2's with a decoder mask. */
export async function* checkPretrain(fixture: Fixture, engine: Engine): AsyncGenerator<Quantity> {
  const { json } = fixture;
  const tolerance = (quantity: string) => toleranceOf(json.tolerance, quantity);
  const config = pretrainConfig(fixture);
  const model = videoMae(config);
  const read = (prefix: string) =>
    paramsFromTensors(withPrefix(fixture, prefix), model, `${fixture.name} ${prefix}`);
  const params = read('param/');
  const inputs = pretrainInputs(fixture, config);

  // The tables hold float32 numbers up to 1; two roundings of the same double may differ by one place.
  const rounding = parseTolerance('abs 1.2e-7');
  const tokens = (config.numFrames / config.tubeletSize) * (config.imageSize / config.patchSize) ** 2;
  for (const [name, width] of [
    ['encoder', config.hiddenSize],
    ['decoder', config.decoderHiddenSize],
  ] as const) {
    const table = `const/${name}_pos_embed`;
    yield compare(table, sinusoidTable(tokens, width), numbers(fixture, table), rounding);
  }

  const forward = engine.compile((given: { params: Params; inputs: Inputs }) => {
    const { tokens, pixels, visible, predicted } = given.inputs;
    const encoder = model.encode(given.params, tokens, visible);
    const decoder = model.decode(given.params, encoder, visible, predicted);
    return {
      encoder,
      decoder,
      normalised: normalisedTarget(pixels),
      unnormalised: tf.clone(pixels),
      plain: loss(false)(given.params, given.inputs),
    };
  });
  const loss = (normalise: boolean) => (given: Params, all: Readonly<Record<string, tf.Tensor>>) => {
    const { tokens, pixels, visible, predicted, counted } = all as unknown as Inputs;
    const latent = model.encode(given, tokens, visible);
    const output = model.decode(given, latent, visible, predicted);
    const rows = (all: tf.Tensor3D) => {
      const chosen = tf.gather(tf.reshape(all, [-1, all.shape[2]]), counted);
      return tf.expandDims(chosen, 0) as tf.Tensor3D;
    };
    return reconstructionLoss({ normalise }).compute(
      {},
      { prediction: rows(output), targetPixels: rows(pixels), videoEmbedding: tf.mean(latent, 1) },
    );
  };
  const outputs = await forward({ params, inputs });
  for (const name of ['normalised', 'unnormalised'] as const) {
    const expected = numbers(fixture, `target/${name}`);
    yield compare(`target/${name}`, await outputs[name].data(), expected, tolerance('target'));
  }
  for (const name of ['encoder', 'decoder'] as const) {
    const quantity = `output/${name}`;
    yield compare(quantity, await outputs[name].data(), numbers(fixture, quantity), tolerance(quantity));
  }
  const plain = [json.scalars.loss_unnormalised_target];
  yield compare('loss of unnormalised target', await outputs.plain.data(), plain, tolerance('loss'));

  const decaying = json.optimizer.groups.find((group: { weight_decay: number }) => group.weight_decay > 0);
  yield sameDecay(params, model, decaying.names);
  const { optimizer } = json;
  const result = await train({ engine, optimizer, params, inputs, loss: loss(true), scaleOf: () => 1 });
  yield compare('output/losses', result.losses, numbers(fixture, 'output/losses'), tolerance('loss'));
  const gradients = await officialPairs(model, result.gradients, read('grad/'));
  yield compareAll('grad/*', gradients, tolerance('grad'));
  const prefix = steppedPrefix(fixture);
  const updates = await officialPairs(model, result.params, read(prefix), params);
  yield compareAll(`${prefix}* - param/*`, updates, tolerance(prefix.slice(0, -1)));
}
