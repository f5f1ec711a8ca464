import * as tf from '@tensorflow/tfjs';
import {
  type ClipModelConfig,
  clipModel,
  type Params,
  type PatchFeaturesVariant,
  paramsFromTensors,
} from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type Fixture, numbers, stored, tensor, withPrefix } from '../fixture.js';
import { compare, type Quantity } from '../quantity.js';
import { toleranceOf } from '../tolerance.js';
import { tokensOf } from '../video-tokens.js';

const VARIANTS: Readonly<Record<string, PatchFeaturesVariant>> = {
  raw: 'raw',
  value_plain: 'value',
  value_residual: 'value-residual',
};

/** OpenAI's towers, whose MLP is four times as wide as the tower. */
export function clipModelConfig({ json: { config } }: Fixture): ClipModelConfig {
  const tower = (width: number, layers: number, heads: number) => ({
    hiddenSize: width,
    intermediateSize: 4 * width,
    numHiddenLayers: layers,
    numAttentionHeads: heads,
    hiddenAct: /quick/i.test(config.activation) ? ('quick_gelu' as const) : ('gelu' as const),
    layerNormEps: config.layer_norm_eps,
  });
  return {
    projectionDim: config.embed_dim,
    logitScaleInitValue: Math.log(1 / 0.07),
    textConfig: {
      ...tower(config.transformer_width, config.transformer_layers, config.transformer_heads),
      vocabSize: config.vocab_size,
      maxPositionEmbeddings: config.context_length,
    },
    visionConfig: {
      ...tower(config.vision_width, config.vision_layers, config.vision_heads),
      imageSize: config.image_resolution,
      patchSize: config.vision_patch_size,
    },
  };
}

/** Images as patches [B, N, 3 p p], and token ids with the place of each text's last, which has the largest id. */
export function clipInputs(fixture: Fixture, { visionConfig }: ClipModelConfig) {
  const { imageSize, patchSize } = visionConfig;
  const image = stored(fixture, 'input/image');
  const patches = tokensOf(image, { imageSize, patchSize, numFrames: 1, tubeletSize: 1 });
  const [texts, length] = stored(fixture, 'input/tokens').shape as [number, number];
  const ids = numbers(fixture, 'input/tokens');
  const ends = Array.from({ length: texts }, (_, text) => {
    const row = Array.from(ids.subarray(text * length, (text + 1) * length));
    return row.indexOf(Math.max(...row));
  });
  return {
    patches: tf.tensor3d(patches, [image.shape[0]!, (imageSize / patchSize) ** 2, 3 * patchSize ** 2]),
    ids: tensor<tf.Tensor2D>(fixture, 'input/tokens'),
    ends: tf.tensor1d(ends, 'int32'),
  };
}

/** CLIP's features, logits and similarity maps. */
export async function* checkClipModel(fixture: Fixture, engine: Engine): AsyncGenerator<Quantity> {
  const config = clipModelConfig(fixture);
  const model = clipModel(config);
  const params = paramsFromTensors(withPrefix(fixture, 'param/'), model, 'clip param/');
  const inputs = clipInputs(fixture, config);
  const run = engine.compile((given: { params: Params; inputs: typeof inputs }) => {
    const { patches, ids, ends } = given.inputs;
    const image = model.encodeImage(given.params, patches);
    const text = model.encodeText(given.params, ids, ends);
    const unitText = unit(text);
    const perImage = tf.mul(tf.matMul(unit(image), unitText, false, true), tf.exp(given.params.logit_scale!));
    const outputs: Record<string, tf.Tensor> = {
      image_features: image,
      text_features: text,
      image_features_normalised: unit(image),
      text_features_normalised: unitText,
      logits_per_image: perImage,
      logits_per_text: tf.transpose(perImage),
      last_block_input: model.tokensAtDepth(given.params, patches, config.visionConfig.numHiddenLayers - 1),
      last_block_output: model.tokensAtDepth(given.params, patches, config.visionConfig.numHiddenLayers),
    };
    for (const [name, variant] of Object.entries(VARIANTS)) {
      const features = model.patchFeatures(given.params, patches, variant);
      const rows = tf.reshape(features, [-1, config.projectionDim]) as tf.Tensor2D;
      outputs[`patch/${name}`] = features;
      outputs[`similarity/${name}`] = tf.matMul(unit(rows), unitText, false, true);
    }
    return outputs;
  });
  for (const [name, output] of Object.entries(await run({ params, inputs }))) {
    const tolerance = toleranceOf(fixture.json.tolerance, toleranceName(name));
    yield compare(`output/${name}`, await output.data(), numbers(fixture, `output/${name}`), tolerance);
  }
}

/** What the table of tolerances calls an output. */
function toleranceName(output: string): string {
  if (output.startsWith('last_block')) return 'last_block_*';
  if (output.startsWith('logits')) return 'logits';
  return output.includes('features') ? 'features' : output.split('/')[0]!;
}

function unit(rows: tf.Tensor2D): tf.Tensor2D {
  return tf.div(rows, tf.norm(rows, 2, -1, true));
}
