import * as tf from '@tensorflow/tfjs';
import { reconstructionLoss } from '@tgm/losses';
import {
  CLIP_MODEL_CONFIGS,
  type ClipModelConfig,
  clipModel,
  type ParameterLayout,
  type Params,
  paramsFromTensors,
  VIDEO_MAE_CONFIGS,
  videoMae,
  videoMaeClassifier,
} from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { maskedObjective } from '@tgm/train';
import { type Fixture, numbers, stored, withPrefix } from '../fixture.js';
import { compare, compareAll, type Quantity, same } from '../quantity.js';
import { EXACT, toleranceOf } from '../tolerance.js';
import { tokensOf } from '../video-tokens.js';
import { clipModelConfig } from './clip-model.js';
import { finetuneConfig } from './finetune.js';
import { pretrainConfig, pretrainInputs } from './pretrain.js';

/** Hugging Face's classes: LayerNorm's default where the configuration has no say. */
const FIXED_EPSILON = 1e-5;

/** Names, shapes and mapping of checkpoints, the same weights under both names, and what Hugging Face's classes say. */
export async function* checkCheckpointNames(fixture: Fixture, engine: Engine): AsyncGenerator<Quantity> {
  const { videomae, clip: clips } = fixture.json;
  const pretraining = videoMae({
    ...VIDEO_MAE_CONFIGS.base,
    ...camel(videomae.pretraining.config),
    decoderNormEps: FIXED_EPSILON,
  });
  yield* checkNames(
    'videomae pre-training',
    pretraining,
    videomae.pretraining,
    videomae.pretraining.official_keys,
  );
  const { num_labels, ...encoder } = videomae.classification.config;
  const labels = Array.from({ length: num_labels }, (_, label) => `class ${label}`);
  const classifier = videoMaeClassifier({
    ...VIDEO_MAE_CONFIGS.base,
    ...camel(encoder),
    labels,
    poolNormEps: FIXED_EPSILON,
  });
  yield* checkNames(
    'videomae classification',
    classifier,
    videomae.classification,
    videomae.classification.official_keys,
  );
  for (const [name, keys] of Object.entries<Names>(clips)) {
    if (!keys.hf_keys) continue;
    const model = clipModel(CLIP_MODEL_CONFIGS[name] ?? shapeOf(keys.hf_keys));
    yield* checkNames(`clip ${name}`, model, keys, keys.openai_keys!);
  }
  yield* checkSameWeights(fixture);
  yield* checkHuggingFace(fixture, engine);
}

interface Names {
  readonly hf_keys: Readonly<Record<string, number[]>>;
  readonly hf_only_buffers?: readonly string[];
  readonly openai_keys?: Readonly<Record<string, number[]>>;
  readonly mapping: readonly { official: string; hf: string; op: string; rows?: number[] }[];
}

function* checkNames(
  where: string,
  model: ParameterLayout,
  { hf_keys, hf_only_buffers = [], mapping }: Names,
  officialKeys: Readonly<Record<string, readonly number[]>>,
): Generator<Quantity> {
  const ours = model.parameters.map(({ name, shape }) => [name, [...shape]]);
  const theirs = Object.entries(hf_keys).filter(([name]) => !hf_only_buffers.includes(name));
  yield same(`${where}: names and shapes`, sorted(ours), sorted(theirs));
  const shapes = new Map(model.parameters.map(({ name, shape }) => [name, shape]));
  const rows = model.official.map((row) => {
    const shape = shapes.get(row.name)!;
    if (row.transposed) return [row.official, row.name, 'transpose'];
    if (row.third === undefined) return [row.official, row.name, 'copy'];
    return [row.official, row.name, 'rows', row.third * shape[0]!, (row.third + 1) * shape[0]!];
  });
  const expected = mapping.map(({ official, hf, op, rows }) => [official, hf, op, ...(rows ?? [])]);
  yield same(`${where}: mapping from the official names`, sorted(rows), sorted(expected));
  const official = new Map(
    model.official.map(({ official, name, third, transposed }) => {
      const shape = [...shapes.get(name)!];
      if (third !== undefined) shape[0]! *= 3;
      return [official, transposed ? shape.reverse() : shape] as const;
    }),
  );
  yield same(
    `${where}: official names and shapes`,
    sorted([...official]),
    sorted(Object.entries(officialKeys)),
  );
}

/** The shape of a CLIP from its tensors; heads do not show in them. */
function shapeOf(keys: Readonly<Record<string, readonly number[]>>): ClipModelConfig {
  const tower = (prefix: string, norm: string) => ({
    hiddenSize: keys[`${norm}.weight`]![0]!,
    intermediateSize: keys[`${prefix}.encoder.layers.0.mlp.fc1.bias`]![0]!,
    numHiddenLayers: Object.keys(keys).filter((key) => key.startsWith(prefix) && key.endsWith('fc1.bias'))
      .length,
    numAttentionHeads: 1,
    hiddenAct: 'quick_gelu' as const,
    layerNormEps: FIXED_EPSILON,
  });
  const [vocabSize] = keys['text_model.embeddings.token_embedding.weight']!;
  const [places] = keys['text_model.embeddings.position_embedding.weight']!;
  const patchSize = keys['vision_model.embeddings.patch_embedding.weight']![2]!;
  const side = Math.sqrt(keys['vision_model.embeddings.position_embedding.weight']![0]! - 1);
  return {
    projectionDim: keys['visual_projection.weight']![0]!,
    logitScaleInitValue: Math.log(1 / 0.07),
    textConfig: {
      ...tower('text_model', 'text_model.final_layer_norm'),
      vocabSize: vocabSize!,
      maxPositionEmbeddings: places!,
    },
    visionConfig: {
      ...tower('vision_model', 'vision_model.post_layernorm'),
      imageSize: side * patchSize,
      patchSize,
    },
  };
}

/** The weights of the other fixtures, read by their official names, are the ones stored under Hugging Face's. */
async function* checkSameWeights(fixture: Fixture): AsyncGenerator<Quantity> {
  const groups: [string, string, (sibling: Fixture) => ParameterLayout][] = [
    ['hf_videomae/', 'videomae-pretrain', (sibling) => videoMae(pretrainConfig(sibling))],
    ['hf_videomae_cls/', 'videomae-finetune', (sibling) => videoMaeClassifier(finetuneConfig(sibling))],
    ['hf_clip/', 'clip', (sibling) => clipModel(clipModelConfig(sibling))],
  ];
  for (const [prefix, name, modelOf] of groups) {
    const sibling = await fixture.sibling(name);
    const params = paramsFromTensors(withPrefix(sibling, 'param/'), modelOf(sibling), name);
    const pairs = Object.entries(withPrefix(fixture, prefix)).map(async ([key, { data }]) => ({
      name: key,
      got: params[key] ? await params[key].data() : [],
      expected: data as Float32Array,
    }));
    yield compareAll(`${prefix}* from the official names`, await Promise.all(pairs), EXACT);
  }
}

/** What Hugging Face's classes give, under their epsilons and under the reference's. */
async function* checkHuggingFace(fixture: Fixture, engine: Engine): AsyncGenerator<Quantity> {
  const { videomae, tolerance } = fixture.json;
  const hiddenEpsilon = videomae.pretraining.config.layer_norm_eps;
  const pretrain = await fixture.sibling('videomae-pretrain');
  const config = pretrainConfig(pretrain);
  const params = paramsFromTensors(withPrefix(fixture, 'hf_videomae/'), videoMae(config), 'hf_videomae');
  const { batch } = pretrainInputs(pretrain, config);
  for (const [name, layerNormEps, decoderNormEps] of [
    ['logits_eps_1e-6', 1e-6, 1e-6],
    ['logits_hf_eps', hiddenEpsilon, FIXED_EPSILON],
  ] as const) {
    const model = videoMae({ ...config, layerNormEps, decoderNormEps });
    const objective = maskedObjective({ model, losses: [{ loss: reconstructionLoss(), weight: 1 }] });
    const run = engine.compile((given: { params: Params; batch: typeof batch }) => {
      const { views, reconstruct } = given.batch;
      const { tokens, positions } = views.reconstruct!;
      const latent = model.encode(given.params, tokens, positions);
      return {
        logits: model.decode(given.params, latent, positions, reconstruct.masked),
        loss: objective.part(given.params, {}, given.batch).terms.reconstruction!,
      };
    });
    const { logits, loss } = await run({ params, batch });
    const allowed = toleranceOf(tolerance, name);
    const key = `hf_videomae_io/${name}`;
    yield compare(key, await logits.data(), numbers(fixture, key), allowed);
    const lossKey = 'hf_videomae_io/loss_hf_eps';
    if (name === 'logits_hf_eps')
      yield compare(lossKey, await loss.data(), numbers(fixture, lossKey), allowed);
  }

  const finetune = await fixture.sibling('videomae-finetune');
  const model = videoMaeClassifier({
    ...finetuneConfig(finetune),
    layerNormEps: videomae.classification.config.layer_norm_eps,
    poolNormEps: FIXED_EPSILON,
  });
  const clip = stored(finetune, 'input/clip');
  const pixels = tokensOf(clip, model.config);
  const count = pixels.length / clip.shape[0]! / model.tokenSize;
  const tokens = tf.tensor3d(pixels, [clip.shape[0]!, count, model.tokenSize]);
  const run = engine.compile((given: { params: Params; tokens: tf.Tensor3D }) =>
    model.classify(given.params, model.pool(given.params, model.encode(given.params, given.tokens))),
  );
  const weights = paramsFromTensors(withPrefix(fixture, 'hf_videomae_cls/'), model, 'hf_videomae_cls');
  const key = 'hf_videomae_cls_io/logits_hf_eps';
  const logits = await run({ params: weights, tokens });
  yield compare(key, await logits.data(), numbers(fixture, key), toleranceOf(tolerance, 'logits_hf_eps'));
}

function sorted(rows: readonly unknown[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

/** `hidden_size` to `hiddenSize`. */
function camel(record: Readonly<Record<string, unknown>>): Record<string, never> {
  const rename = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [rename(name), value as never]));
}
