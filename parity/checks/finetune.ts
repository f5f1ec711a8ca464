import * as tf from '@tensorflow/tfjs';
import {
  classificationLoss,
  layerDecayScales,
  layerOf,
  type Params,
  paramsFromTensors,
  sinusoidTable,
  type VideoMaeClassifierConfig,
  videoMaeClassifier,
} from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type Fixture, numbers, stored, tensor, withPrefix } from '../fixture.js';
import { compare, compareAll, type Quantity, same } from '../quantity.js';
import { parseTolerance, toleranceOf } from '../tolerance.js';
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
  const { json } = fixture;
  const tolerance = (quantity: string) => toleranceOf(json.tolerance, quantity);
  const config = finetuneConfig(fixture);
  const model = videoMaeClassifier(config);
  const read = (prefix: string) =>
    paramsFromTensors(withPrefix(fixture, prefix), model, `${fixture.name} ${prefix}`);
  const params = read('param/');
  const clip = stored(fixture, 'input/clip');
  const batch = clip.shape[0]!;
  const { slices, rows, columns } = model.grid;
  const count = slices * rows * columns;
  const inputs = {
    tokens: tf.tensor3d(tokensOf(clip, config), [batch, count, model.tokenSize]),
    labels: tensor<tf.Tensor1D>(fixture, 'input/labels'),
  };
  const table = sinusoidTable(count, config.hiddenSize);
  const rounding = parseTolerance('abs 1.2e-7');
  yield compare('const/pos_embed', table, numbers(fixture, 'const/pos_embed'), rounding);

  const loss = (smoothing: number) => (given: Params, all: Readonly<Record<string, tf.Tensor>>) => {
    const encoded = model.encode(given, all.tokens as tf.Tensor3D);
    const logits = model.classify(given, model.pool(given, encoded));
    return classificationLoss(logits, all.labels as tf.Tensor1D, smoothing);
  };
  const forward = engine.compile((given: { params: Params; inputs: typeof inputs }) => {
    const tokens = model.encode(given.params, given.inputs.tokens);
    const features = model.pool(given.params, tokens);
    const logits = model.classify(given.params, features);
    return { tokens, features, logits, plain: loss(0)(given.params, given.inputs) };
  });
  const outputs = await forward({ params, inputs });
  for (const name of ['tokens', 'features', 'logits'] as const) {
    const quantity = `output/${name}`;
    yield compare(quantity, await outputs[name].data(), numbers(fixture, quantity), tolerance('output/*'));
  }
  const plain = [json.scalars.loss_without_smoothing];
  yield compare('loss without smoothing', await outputs.plain.data(), plain, tolerance('loss'));

  const decay = json.layer_decay;
  const scales = layerDecayScales(config, decay.value);
  yield compare('layer decay scales', scales, decay.values_by_layer_id, tolerance('lr_scale'));
  const byOfficial = Object.entries(
    decay.per_parameter as Record<string, { layer_id: number; lr_scale: number; weight_decay: number }>,
  );
  const names = new Map(model.official.map((row) => [row.official, row.name]));
  const layers = byOfficial.map(([official]) => layerOf(names.get(official)!, config));
  yield same(
    'layer of each parameter',
    layers,
    byOfficial.map(([, row]) => row.layer_id),
  );
  yield compare(
    'lr_scale of each parameter',
    layers.map((layer) => scales[layer]!),
    byOfficial.map(([, row]) => row.lr_scale),
    tolerance('lr_scale'),
  );
  yield* checkReferenceDepth(fixture, config);
  yield sameDecay(
    params,
    model,
    byOfficial.filter(([, row]) => row.weight_decay > 0).map(([name]) => name),
  );

  const result = await train({
    engine,
    optimizer: json.optimizer,
    params,
    inputs,
    loss: loss(json.config.label_smoothing),
    scaleOf: (name) => scales[layerOf(name, config)]!,
  });
  yield compare('output/losses', result.losses, numbers(fixture, 'output/losses'), tolerance('loss'));
  const gradients = await officialPairs(model, result.gradients, read('grad/'));
  yield compareAll('grad/*', gradients, tolerance('grad'));
  const prefix = steppedPrefix(fixture);
  const updates = await officialPairs(model, result.params, read(prefix), params);
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
