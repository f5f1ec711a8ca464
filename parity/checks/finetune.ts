import * as tf from '@tensorflow/tfjs';
import {
  layerDecayScales,
  layerOf,
  type Params,
  sinusoidTable,
  type VideoMaeClassifier,
  type VideoMaeClassifierConfig,
  videoMaeClassifier,
} from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { classificationObjective, type LabelledBatch } from '@tgm/train';
import { type Fixture, numbers, paramsOf, stored, tensor } from '../fixture.js';
import { compare, type Quantity, same } from '../quantity.js';
import { ROUNDING, toleranceOf } from '../tolerance.js';
import { checkTraining } from '../training.js';
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
  const batch: LabelledBatch = {
    tokens: tf.tensor3d(tokensOf(clip, config), [clip.shape[0]!, count, model.tokenSize]),
    labels: tf.cast(
      tf.oneHot(tensor<tf.Tensor1D>(fixture, 'input/labels'), fixture.json.config.num_classes),
      'float32',
    ) as tf.Tensor2D,
  };
  yield* checkForward(fixture, engine, model, batch);
  yield* checkLayerDecay(fixture, model);
  const { layer_decay } = fixture.json;
  const parameters = Object.entries<{ weight_decay: number }>(layer_decay.per_parameter);
  yield* checkTraining({
    fixture,
    engine,
    model,
    objective: classificationObjective({
      model,
      smoothing: fixture.json.config.label_smoothing,
      layerDecay: layer_decay.value,
    }),
    batch,
    clips: clip.shape[0]!,
    decaying: parameters.filter(([, row]) => row.weight_decay > 0).map(([name]) => name),
  });
}

async function* checkForward(
  fixture: Fixture,
  engine: Engine,
  model: VideoMaeClassifier,
  batch: LabelledBatch,
): AsyncGenerator<Quantity> {
  const { tolerance, scalars } = fixture.json;
  const objective = classificationObjective({ model, smoothing: 0 });
  const forward = engine.compile((given: { params: Params; batch: LabelledBatch }) => {
    const tokens = model.encode(given.params, given.batch.tokens);
    const features = model.pool(given.params, tokens);
    return {
      'output/tokens': tokens,
      'output/features': features,
      'output/logits': model.classify(given.params, features),
      loss: objective.part(given.params, {}, given.batch).terms.classification!,
    };
  });
  const { loss, ...outputs } = await forward({ params: paramsOf(fixture, model, 'param/'), batch });
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
