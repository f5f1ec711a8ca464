import * as tf from '@tensorflow/tfjs';
import { normalisedTarget, pixelTarget, reconstructionLoss, type Target } from '@tgm/losses';
import {
  IMAGENET_PIXELS,
  type Params,
  sinusoidTable,
  type VideoMae,
  type VideoMaeConfig,
  videoMae,
} from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type MaskedBatch, maskedObjective, type Objective } from '@tgm/train';
import { type Fixture, numbers, paramsOf, stored } from '../fixture.js';
import { compare, type Quantity } from '../quantity.js';
import { ROUNDING, toleranceOf } from '../tolerance.js';
import { checkTraining } from '../training.js';
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

/** One training step's data. */
export interface PretrainInputs {
  readonly batch: MaskedBatch & { readonly reconstruct: { readonly pixels: tf.Tensor3D } };
  /**
   * [B][M] for each reconstructed token, what its error counts in the mean: 1 for all, or in VideoMAE V2 0 for those that the
   * encoder sees and more for the others.
   */
  readonly shares: readonly (readonly number[])[];
}

export function pretrainInputs(fixture: Fixture, config: VideoMaeConfig): PretrainInputs {
  const clip = tokensOf(stored(fixture, 'input/clip'), config);
  const decoderMask = fixture.tensors['input/decoder_mask'];
  const visible = placesOf(stored(fixture, 'input/mask'), 0);
  const masked = placesOf(stored(fixture, 'input/mask'), 1);
  const reconstructed = decoderMask ? placesOf(decoderMask, 0) : masked;
  const counted = reconstructed.map((row, clip) => row.map((token) => masked[clip]!.includes(token)));
  const all = counted.flat();
  const share = all.length / all.filter(Boolean).length;
  const batch = visible.length;
  const size = clip.length / batch / (visible[0]!.length + masked[0]!.length);
  const { mean, std } = IMAGENET_PIXELS;
  const pixels = clip.map((value, place) => value * std[place % 3]! + mean[place % 3]!);
  const places = (rows: number[][]) => tf.tensor2d(rows, [batch, rows[0]!.length], 'int32');
  const tokens = (values: Float32Array, rows: number[][]) =>
    tf.tensor3d(chooseTokens(values, rows, config), [batch, rows[0]!.length, size]);
  return {
    batch: {
      views: { reconstruct: { tokens: tokens(clip, visible), positions: places(visible) } },
      reconstruct: { masked: places(reconstructed), pixels: tokens(pixels, reconstructed) },
      sampleKey: places(visible.map((_, clip) => [clip, 0])),
    },
    shares: counted.map((row) => row.map((counts) => (counts ? share : 0))),
  };
}

/** VideoMAE's pre-training, and VideoMAE V2's with a decoder mask. */
export async function* checkPretrain(fixture: Fixture, engine: Engine): AsyncGenerator<Quantity> {
  const config = pretrainConfig(fixture);
  yield* checkTables(fixture, config);
  const model = videoMae(config);
  const inputs = pretrainInputs(fixture, config);
  yield* checkForward(fixture, engine, model, inputs);
  const { groups } = fixture.json.optimizer;
  yield* checkTraining({
    fixture,
    engine,
    model,
    objective: reconstruction(model, pixelTarget(), inputs),
    batch: inputs.batch,
    clips: inputs.shares.length,
    decaying: groups.find((group: { weight_decay: number }) => group.weight_decay > 0).names,
  });
}

function reconstruction(model: VideoMae, target: Target, { shares }: PretrainInputs): Objective<MaskedBatch> {
  const weighed: Target = {
    ...target,
    errors: (prediction, values) =>
      tf.mul(target.errors(prediction, values), tf.tensor2d(shares.map((row) => [...row]))),
  };
  return maskedObjective({ model, losses: [{ loss: reconstructionLoss({ target: weighed }), weight: 1 }] });
}

function* checkTables(fixture: Fixture, config: VideoMaeConfig): Generator<Quantity> {
  const tokens = (config.numFrames / config.tubeletSize) * (config.imageSize / config.patchSize) ** 2;
  const widths = { encoder: config.hiddenSize, decoder: config.decoderHiddenSize };
  for (const [name, width] of Object.entries(widths)) {
    const table = `const/${name}_pos_embed`;
    yield compare(table, sinusoidTable(tokens, width), numbers(fixture, table), ROUNDING);
  }
}

async function* checkForward(
  fixture: Fixture,
  engine: Engine,
  model: VideoMae,
  inputs: PretrainInputs,
): AsyncGenerator<Quantity> {
  const { tolerance, scalars } = fixture.json;
  const { batch } = inputs;
  const objective = reconstruction(model, pixelTarget({ normalise: false }), inputs);
  const forward = engine.compile((given: { params: Params; batch: typeof batch }) => {
    const { views, reconstruct } = given.batch;
    const { tokens, positions } = views.reconstruct!;
    const { masked, pixels } = reconstruct;
    const encoder = model.encode(given.params, tokens, positions);
    return {
      'target/normalised': normalisedTarget(pixels, 'channel'),
      'target/unnormalised': tf.clone(pixels),
      'output/encoder': encoder,
      'output/decoder': model.decode(given.params, encoder, positions, masked),
      loss: objective.part(given.params, {}, given.batch).terms.reconstruction!,
    };
  });
  const { loss, ...outputs } = await forward({ params: paramsOf(fixture, model, 'param/'), batch });
  for (const [name, output] of Object.entries(outputs)) {
    const allowed = toleranceOf(tolerance, name.startsWith('target/') ? 'target' : name);
    yield compare(name, await output.data(), numbers(fixture, name), allowed);
  }
  const expected = [scalars.loss_unnormalised_target];
  yield compare('loss of unnormalised target', await loss.data(), expected, toleranceOf(tolerance, 'loss'));
}
