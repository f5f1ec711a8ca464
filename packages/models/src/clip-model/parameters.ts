import { constant, normal, uniform } from '../initializers.js';
import {
  type BlockInitializers,
  blockParameters,
  layers,
  linearParameters,
  normParameters,
} from '../layer-parameters.js';
import type { ParameterSpec } from '../params.js';
import { towerBlock } from '../patch-text/tower-block.js';
import { type BlockNames, type LayerNames, layer } from '../transformer-block.js';
import type { ClipModelConfig, ClipModelTowerConfig } from './config.js';

const LOGIT_SCALE = 'logit_scale';
export const TOKEN_EMBEDDING = 'text_model.embeddings.token_embedding.weight';
export const TEXT_POSITIONS = 'text_model.embeddings.position_embedding.weight';
export const TEXT_NORM = layer('text_model.final_layer_norm');
export const TEXT_PROJECTION: LayerNames = { weight: 'text_projection.weight' };
export const CLASS_EMBEDDING = 'vision_model.embeddings.class_embedding';
export const PATCH_EMBEDDING = 'vision_model.embeddings.patch_embedding.weight';
export const VISION_POSITIONS = 'vision_model.embeddings.position_embedding.weight';
/** Spelt like this in every checkpoint. */
export const VISION_PRE_NORM = layer('vision_model.pre_layrnorm');
export const VISION_POST_NORM = layer('vision_model.post_layernorm');
export const VISUAL_PROJECTION: LayerNames = { weight: 'visual_projection.weight' };

export function visionBlock(index: number): BlockNames {
  return towerBlock(`vision_model.encoder.layers.${index}`);
}

export function textBlock(index: number): BlockNames {
  return towerBlock(`text_model.encoder.layers.${index}`);
}

/** The parameters of Hugging Face's `CLIPModel`, with the initial values of openai/CLIP (clip/model.py); biases 0. */
export function clipModelParameters(config: ClipModelConfig): readonly ParameterSpec[] {
  const { projectionDim, textConfig: text, visionConfig: vision } = config;
  const pixels = vision.patchSize ** 2 * 3;
  const places = (vision.imageSize / vision.patchSize) ** 2 + 1;
  const visionScale = normal(vision.hiddenSize ** -0.5);
  const textScale = normal(text.hiddenSize ** -0.5);
  return [
    { name: LOGIT_SCALE, shape: [], initializer: constant(config.logitScaleInitValue) },
    { name: TOKEN_EMBEDDING, shape: [text.vocabSize, text.hiddenSize], initializer: normal(0.02) },
    { name: TEXT_POSITIONS, shape: [text.maxPositionEmbeddings, text.hiddenSize], initializer: normal(0.01) },
    ...towerParameters(text, textBlock),
    ...normParameters(TEXT_NORM, text.hiddenSize),
    { name: CLASS_EMBEDDING, shape: [vision.hiddenSize], initializer: visionScale },
    {
      name: PATCH_EMBEDDING,
      shape: [vision.hiddenSize, 3, vision.patchSize, vision.patchSize],
      initializer: uniform(1 / Math.sqrt(pixels)),
    },
    { name: VISION_POSITIONS, shape: [places, vision.hiddenSize], initializer: visionScale },
    ...normParameters(VISION_PRE_NORM, vision.hiddenSize),
    ...towerParameters(vision, visionBlock),
    ...normParameters(VISION_POST_NORM, vision.hiddenSize),
    ...linearParameters(VISUAL_PROJECTION, vision.hiddenSize, projectionDim, visionScale),
    ...linearParameters(TEXT_PROJECTION, text.hiddenSize, projectionDim, textScale),
  ];
}

function towerParameters(tower: ClipModelTowerConfig, names: (index: number) => BlockNames): ParameterSpec[] {
  const residual = normal(tower.hiddenSize ** -0.5 * (2 * tower.numHiddenLayers) ** -0.5);
  const initializers: BlockInitializers = {
    projection: normal(tower.hiddenSize ** -0.5),
    attentionOutput: residual,
    mlpIn: normal((2 * tower.hiddenSize) ** -0.5),
    mlpOut: residual,
  };
  return layers(tower.numHiddenLayers, (index) =>
    blockParameters(names(index), tower.hiddenSize, tower.intermediateSize, initializers),
  );
}
