import * as tf from '@tensorflow/tfjs';
import { classificationLoss } from '@tgm/losses';
import {
  layerDecayScales,
  layerOf,
  type Params,
  paramsFromTensors,
  sinusoidTable,
  type VideoMaeClassifier,
  type VideoMaeClassifierConfig,
  videoMaeClassifier,
} from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type Fixture, numbers, stored, tensor, withPrefix } from '../fixture.js';
import { compare, compareAll, type Quantity, same } from '../quantity.js';
import { ROUNDING, toleranceOf } from '../tolerance.js';
import { officialPairs, sameDecay, steppedPrefix, train } from '../training.js';
import { tokensOf } from '../video-tokens.js';

export function finetuneConfig({ json: { config } }: Fixture): VideoMaeClassifierConfig {
  return {
    imageSize: config.img_size,
    patchSize: config.patch_size,
    numFrames: config.frames,
    tubeletSize: config.tubelet_size,
    hiddenSize: config.embed_dim,
    numHiddenLayers: config.depth,
    numAttentionHeads: config.num_heads,
    intermediateSize: config.embed_dim * config.mlp_ratio,
    layerNormEps: config.layer_norm_eps,
    poolNormEps: config.layer_norm_eps,
    labels: Array.from({ length: config.num_classes }, (_, label) => `class ${label}`),
  };
}

/** VideoMAE's classifier: outputs, label-smoothed loss, layer-wise learning rates, steps. */
export async function* checkFinetune(fixture: Fixture, engine: Engine): AsyncGenerator<Quantity> {
  const config = finetuneConfig(fixture);
  const model = videoMaeClassifier(config);
  const clip = stored(fixture, 'input/clip');
  const { slices, rows, columns } = model.grid;
  const count = slices * rows * columns;
  const table = 'const/pos_embed';
  yield compare(table, sinusoidTable(count, config.hiddenSize), numbers(fixture, table), ROUNDING);
  const inputs = {
    tokens: tf.tensor3d(tokensOf(clip, config), [clip.shape[0]!, count, model.tokenSize]),
    labels: tensor<tf.Tensor1D>(fixture, 'input/labels'),
  };
  yield* checkForward(fixture, engine, model, inputs);
  yield* checkLayerDecay(fixture, model);
  yield* checkTraining(fixture, engine, model, inputs);
}

type Inputs = { readonly tokens: tf.Tensor3D; readonly labels: tf.Tensor1D };

/** Parameters, gradients or later weights of a fixture, under the names used here. */
const read = (fixture: Fixture, model: VideoMaeClassifier, prefix: string): Params =>
  paramsFromTensors(withPrefix(fixture, prefix), model, `${fixture.name} ${prefix}`);

function lossOf(model: VideoMaeClassifier, smoothing: number) {
  return (params: Params, inputs: Readonly<Record<string, tf.Tensor>>): tf.Scalar => {
    const { tokens, labels } = inputs as unknown as Inputs;
    const features = model.pool(params, model.encode(params, tokens));
    return classificationLoss(model.classify(params, features), labels, smoothing);
  };
}

async function* checkForward(
  fixture: Fixture,
  engine: Engine,
  model: VideoMaeClassifier,
  inputs: Inputs,
): AsyncGenerator<Quantity> {
  const { tolerance, scalars } = fixture.json;
  const forward = engine.compile((given: { params: Params; inputs: Inputs }) => {
    const tokens = model.encode(given.params, given.inputs.tokens);
    const features = model.pool(given.params, tokens);
    return {
      'output/tokens': tokens,
      'output/features': features,
      'output/logits': model.classify(given.params, features),
      loss: lossOf(model, 0)(given.params, given.inputs),
    };
  });
  const { loss, ...outputs } = await forward({ params: read(fixture, model, 'param/'), inputs });
  for (const [name, output] of Object.entries(outputs)) {
    yield compare(name, await output.data(), numbers(fixture, name), toleranceOf(tolerance, 'output/*'));
  }
  const expected = [scalars.loss_without_smoothing];
  yield compare('loss without smoothing', await loss.data(), expected, toleranceOf(tolerance, 'loss'));
}

function* checkLayerDecay(fixture: Fixture, model: VideoMaeClassifier): Generator<Quantity> {
  const { layer_decay, tolerance } = fixture.json;
  const allowed = toleranceOf(tolerance, 'lr_scale');
  const scales = layerDecayScales(model.config, layer_decay.value);
  yield compare('layer decay scales', scales, layer_decay.values_by_layer_id, allowed);
  const rows = Object.entries<{ layer_id: number; lr_scale: number }>(layer_decay.per_parameter);
  const names = new Map(model.official.map((row) => [row.official, row.name]));
  const layers = rows.map(([official]) => layerOf(names.get(official)!, model.config));
  const expected = rows.map(([, row]) => row.layer_id);
  yield same('layer of each parameter', layers, expected);
  const got = layers.map((layer) => scales[layer]!);
  yield compare(
    'lr_scale of each parameter',
    got,
    rows.map(([, row]) => row.lr_scale),
    allowed,
  );
  yield* checkReferenceDepth(fixture, model.config);
}

async function* checkTraining(
  fixture: Fixture,
  engine: Engine,
  model: VideoMaeClassifier,
  inputs: Inputs,
): AsyncGenerator<Quantity> {
  const { config, optimizer, layer_decay } = fixture.json;
  const tolerance = (quantity: string) => toleranceOf(fixture.json.tolerance, quantity);
  const params = read(fixture, model, 'param/');
  const rows = Object.entries<{ weight_decay: number }>(layer_decay.per_parameter);
  const decaying = rows.filter(([, row]) => row.weight_decay > 0);
  yield sameDecay(
    params,
    model,
    decaying.map(([name]) => name),
  );
  const scales = layerDecayScales(model.config, layer_decay.value);
  const scaleOf = (name: string) => scales[layerOf(name, model.config)]!;
  const loss = lossOf(model, config.label_smoothing);
  const result = await train({ engine, optimizer, params, inputs, loss, scaleOf });
  yield compare('output/losses', result.losses, numbers(fixture, 'output/losses'), tolerance('loss'));
  const gradients = await officialPairs(model, result.gradients, read(fixture, model, 'grad/'));
  yield compareAll('grad/*', gradients, tolerance('grad'));
  const prefix = steppedPrefix(fixture);
  const updates = await officialPairs(model, result.params, read(fixture, model, prefix), params);
  yield compareAll(`${prefix}* - param/*`, updates, tolerance(prefix.slice(0, -1)));
}

/** The table of a published depth, where the fixture has it: layers and scales without weights. */
function* checkReferenceDepth({ json }: Fixture, config: VideoMaeClassifierConfig): Generator<Quantity> {
  for (const [key, table] of Object.entries<Record<string, never>>(json.layer_decay)) {
    const depth = /_depth(\d+)_reference$/.exec(key);
    if (!depth) continue;
    const model = videoMaeClassifier({ ...config, numHiddenLayers: Number(depth[1]) });
    const names = new Map(model.official.map((row) => [row.official, row.name]));
    const layerIds = Object.entries<number>(table.per_parameter_layer_id!);
    const scales = layerDecayScales(model.config, json.layer_decay.value);
    const tolerance = toleranceOf(json.tolerance, 'lr_scale');
    yield compare(`layer decay scales, depth ${depth[1]}`, scales, table.values_by_layer_id!, tolerance);
    yield same(
      `layer of each parameter, depth ${depth[1]}`,
      layerIds.map(([official]) => layerOf(names.get(official)!, model.config)),
      layerIds.map(([, layer]) => layer),
    );
  }
}
