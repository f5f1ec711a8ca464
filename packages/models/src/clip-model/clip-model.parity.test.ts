import * as tf from '@tensorflow/tfjs';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import type { Params } from '../params.js';
import {
  expectClose,
  hasParity,
  parityJson,
  parityTensors,
  stored,
  storedParams,
} from '../testing/parity.js';
import { type ClipModel, clipModel } from './clip-model.js';
import { CLIP_MODEL_VIT_B_16, CLIP_MODEL_VIT_B_32, type ClipModelConfig } from './config.js';

/** The reference's tiny model. */
const config: ClipModelConfig = {
  projectionDim: 32,
  logitScaleInitValue: Math.log(1 / 0.07),
  textConfig: {
    hiddenSize: 64,
    intermediateSize: 256,
    numHiddenLayers: 2,
    numAttentionHeads: 4,
    hiddenAct: 'quick_gelu',
    layerNormEps: 1e-5,
    vocabSize: 49408,
    maxPositionEmbeddings: 77,
  },
  visionConfig: {
    hiddenSize: 64,
    intermediateSize: 256,
    numHiddenLayers: 3,
    numAttentionHeads: 1,
    hiddenAct: 'quick_gelu',
    layerNormEps: 1e-5,
    imageSize: 64,
    patchSize: 16,
  },
};

const engines: [string, () => Promise<Engine>][] = [
  ['cpuEngine', cpuEngine],
  ['onnxEngine', onnxEngine],
];

async function referenceParams(): Promise<Params> {
  const file = await parityTensors('checkpoint-names');
  const embedding = stored(await parityTensors('clip'), 'param/token_embedding.weight');
  return {
    ...storedParams(file, 'hf_clip/'),
    'text_model.embeddings.token_embedding.weight': embedding,
  };
}

/** Images [B, 3, 64, 64] as patches [B, 16, 768]. */
function patchesOf(images: tf.Tensor): tf.Tensor3D {
  const cut = tf.reshape(tf.transpose(images, [0, 2, 3, 1]), [2, 4, 16, 4, 48]);
  return tf.reshape(tf.transpose(cut, [0, 1, 3, 2, 4]), [2, 16, 768]);
}

function unit(x: tf.Tensor): tf.Tensor {
  return tf.div(x, tf.norm(x, 2, -1, true));
}

/** Everything the reference gives, of one model. */
function outputs(model: ClipModel) {
  return (inputs: { params: Params; patches: tf.Tensor3D; ids: tf.Tensor2D; ends: tf.Tensor1D }) => {
    const { params, patches, ids, ends } = inputs;
    const image = model.encodeImage(params, patches);
    const text = model.encodeText(params, ids, ends);
    const cosine = (x: tf.Tensor) => tf.matMul(unit(x), unit(text), false, true);
    const features = {
      value_plain: model.patchFeatures(params, patches, 'value'),
      value_residual: model.patchFeatures(params, patches, 'value-residual'),
      raw: model.patchFeatures(params, patches, 'raw'),
    };
    const flat = (x: tf.Tensor3D) => tf.reshape(x, [-1, config.projectionDim]);
    return {
      image,
      text,
      logits: tf.mul(cosine(image), tf.exp(params.logit_scale!)),
      features,
      similarity: {
        value_plain: cosine(flat(features.value_plain)),
        value_residual: cosine(flat(features.value_residual)),
        raw: cosine(flat(features.raw)),
      },
    };
  };
}

describe.skipIf(!hasParity)('CLIP and its reference implementations', () => {
  it.each([
    ['ViT-B/32', CLIP_MODEL_VIT_B_32],
    ['ViT-B/16', CLIP_MODEL_VIT_B_16],
  ])('have the same names and shapes of parameters: %s', (name, published) => {
    const { hf_keys, hf_only_buffers } = parityJson('checkpoint-names').clip[name];
    for (const buffer of hf_only_buffers) delete hf_keys[buffer];
    expect(
      Object.fromEntries(clipModel(published).parameters.map(({ name, shape }) => [name, [...shape]])),
    ).toEqual(hf_keys);
  });

  it.each(engines)(
    'agree on features, logits, patches and similarity: %s',
    async (_, makeEngine) => {
      const engine = await makeEngine();
      const file = await parityTensors('clip');
      const ids = file.tensors['input/tokens']!.data as Int32Array;
      const ends = Array.from({ length: 5 }, (_, row) =>
        ids.subarray(row * 77, row * 77 + 77).indexOf(49407),
      );
      const result = await engine.compile(outputs(clipModel(config)))({
        params: await referenceParams(),
        patches: patchesOf(stored(file, 'input/image')),
        ids: tf.tensor2d(ids, [5, 77], 'int32'),
        ends: tf.tensor1d(ends, 'int32'),
      });
      const expected = (name: string) => stored(file, `output/${name}`).data();
      expectClose(await result.image.data(), await expected('image_features'), 3e-5, 1e-4);
      expectClose(await result.text.data(), await expected('text_features'), 3e-5, 1e-4);
      expectClose(await result.logits.data(), await expected('logits_per_image'), 2e-4);
      for (const form of ['value_plain', 'value_residual', 'raw'] as const) {
        expectClose(await result.features[form].data(), await expected(`patch/${form}`), 3e-5, 1e-4);
        expectClose(await result.similarity[form].data(), await expected(`similarity/${form}`), 1e-5);
      }
      await engine.dispose();
    },
    60_000,
  );
});
