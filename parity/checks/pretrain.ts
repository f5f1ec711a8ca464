import * as tf from '@tensorflow/tfjs';
import { normalisedTarget, reconstructionLoss } from '@tgm/losses';
import {
  IMAGENET_PIXELS,
  type Params,
  paramsFromTensors,
  sinusoidTable,
  type VideoMae,
  type VideoMaeConfig,
  videoMae,
} from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type Fixture, numbers, stored, withPrefix } from '../fixture.js';
import { compare, compareAll, type Quantity } from '../quantity.js';
import { ROUNDING, toleranceOf } from '../tolerance.js';
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
  const config = pretrainConfig(fixture);
  yield* checkTables(fixture, config);
  const model = videoMae(config);
  const inputs = pretrainInputs(fixture, config);
  yield* checkForward(fixture, engine, model, inputs);
  yield* checkTraining(fixture, engine, model, inputs);
}

function* checkTables(fixture: Fixture, config: VideoMaeConfig): Generator<Quantity> {
  const tokens = (config.numFrames / config.tubeletSize) * (config.imageSize / config.patchSize) ** 2;
  const widths = { encoder: config.hiddenSize, decoder: config.decoderHiddenSize };
  for (const [name, width] of Object.entries(widths)) {
    const table = `const/${name}_pos_embed`;
    yield compare(table, sinusoidTable(tokens, width), numbers(fixture, table), ROUNDING);
  }
}

/** Parameters, gradients or later weights of a fixture, under the names used here. */
const read = (fixture: Fixture, model: VideoMae, prefix: string): Params =>
  paramsFromTensors(withPrefix(fixture, prefix), model, `${fixture.name} ${prefix}`);

/** The mean over the counted tokens, of normalised pixels or of plain ones. */
function lossOf(model: VideoMae, normalise: boolean) {
  return (params: Params, inputs: Readonly<Record<string, tf.Tensor>>): tf.Scalar => {
    const { tokens, pixels, visible, predicted, counted } = inputs as unknown as Inputs;
    const latent = model.encode(params, tokens, visible);
    const output = model.decode(params, latent, visible, predicted);
    const rows = (all: tf.Tensor3D) => {
      const chosen = tf.gather(tf.reshape(all, [-1, all.shape[2]]), counted);
      return tf.expandDims(chosen, 0) as tf.Tensor3D;
    };
    return reconstructionLoss({ normalise: normalise ? 'channel' : false }).compute(
      {},
      { prediction: rows(output), targetPixels: rows(pixels), videoEmbedding: tf.mean(latent, 1) },
    );
  };
}

async function* checkForward(
  fixture: Fixture,
  engine: Engine,
  model: VideoMae,
  inputs: Inputs,
): AsyncGenerator<Quantity> {
  const { tolerance, scalars } = fixture.json;
  const forward = engine.compile((given: { params: Params; inputs: Inputs }) => {
    const { tokens, pixels, visible, predicted } = given.inputs;
    const encoder = model.encode(given.params, tokens, visible);
    return {
      'target/normalised': normalisedTarget(pixels, 'channel'),
      'target/unnormalised': tf.clone(pixels),
      'output/encoder': encoder,
      'output/decoder': model.decode(given.params, encoder, visible, predicted),
      loss: lossOf(model, false)(given.params, given.inputs),
    };
  });
  const { loss, ...outputs } = await forward({ params: read(fixture, model, 'param/'), inputs });
  for (const [name, output] of Object.entries(outputs)) {
    const allowed = toleranceOf(tolerance, name.startsWith('target/') ? 'target' : name);
    yield compare(name, await output.data(), numbers(fixture, name), allowed);
  }
  const expected = [scalars.loss_unnormalised_target];
  yield compare('loss of unnormalised target', await loss.data(), expected, toleranceOf(tolerance, 'loss'));
}

async function* checkTraining(
  fixture: Fixture,
  engine: Engine,
  model: VideoMae,
  inputs: Inputs,
): AsyncGenerator<Quantity> {
  const { optimizer } = fixture.json;
  const tolerance = (quantity: string) => toleranceOf(fixture.json.tolerance, quantity);
  const params = read(fixture, model, 'param/');
  const decaying = optimizer.groups.find((group: { weight_decay: number }) => group.weight_decay > 0);
  yield sameDecay(params, model, decaying.names);
  const loss = lossOf(model, true);
  const result = await train({ engine, optimizer, params, inputs, loss, scaleOf: () => 1 });
  yield compare('output/losses', result.losses, numbers(fixture, 'output/losses'), tolerance('loss'));
  const gradients = await officialPairs(model, result.gradients, read(fixture, model, 'grad/'));
  yield compareAll('grad/*', gradients, tolerance('grad'));
  const prefix = steppedPrefix(fixture);
  const updates = await officialPairs(model, result.params, read(fixture, model, prefix), params);
  yield compareAll(`${prefix}* - param/*`, updates, tolerance(prefix.slice(0, -1)));
}
