import { constant, normal, xavierUniform } from '../initializers.js';
import { blockParameters, layers, linearParameters, normParameters } from '../layer-parameters.js';
import type { ParameterSpec } from '../params.js';
import { towerBlock } from '../patch-text/tower-block.js';
import { type BlockNames, layer } from '../transformer-block.js';
import { patchesAlong, type SiglipConfig, type SiglipTowerConfig } from './config.js';

export const TOKEN_EMBEDDING = 'text_model.embeddings.token_embedding.weight';
export const TEXT_POSITIONS = 'text_model.embeddings.position_embedding.weight';
export const TEXT_NORM = layer('text_model.final_layer_norm');
export const TEXT_HEAD = layer('text_model.head');
export const PATCH_EMBEDDING = layer('vision_model.embeddings.patch_embedding');
export const VISION_POSITIONS = 'vision_model.embeddings.position_embedding.weight';
export const VISION_NORM = layer('vision_model.post_layernorm');
const HEAD = 'vision_model.head';
/** The query of the pooling head. */
export const PROBE = `${HEAD}.probe`;
/** Query, key and value, one below the other. */
export const HEAD_THIRDS = {
  weight: `${HEAD}.attention.in_proj_weight`,
  bias: `${HEAD}.attention.in_proj_bias`,
};
export const HEAD_OUTPUT = layer(`${HEAD}.attention.out_proj`);
export const HEAD_NORM = layer(`${HEAD}.layernorm`);
export const HEAD_MLP_IN = layer(`${HEAD}.mlp.fc1`);
export const HEAD_MLP_OUT = layer(`${HEAD}.mlp.fc2`);

export const visionBlock = (index: number): BlockNames => towerBlock(`vision_model.encoder.layers.${index}`);
export const textBlock = (index: number): BlockNames => towerBlock(`text_model.encoder.layers.${index}`);

/** The parameters of Hugging Face's `SiglipModel`. */
export function siglipParameters({
  textConfig: text,
  visionConfig: vision,
}: SiglipConfig): readonly ParameterSpec[] {
  const { hiddenSize: width, intermediateSize, patchSize } = vision;
  const attention = xavierUniform(width, width);
  const small = normal(0.02);
  return [
    { name: 'logit_scale', shape: [1], initializer: constant(Math.log(10)) },
    { name: 'logit_bias', shape: [1], initializer: constant(-10) },
    { name: TOKEN_EMBEDDING, shape: [text.vocabSize, text.hiddenSize], initializer: small },
    { name: TEXT_POSITIONS, shape: [text.maxPositionEmbeddings, text.hiddenSize], initializer: small },
    ...tower(text, textBlock),
    ...normParameters(TEXT_NORM, text.hiddenSize),
    ...linearParameters(TEXT_HEAD, text.hiddenSize, text.projectionSize, small),
    { name: PATCH_EMBEDDING.weight, shape: [width, 3, patchSize, patchSize], initializer: small },
    { name: PATCH_EMBEDDING.bias, shape: [width], initializer: constant(0) },
    { name: VISION_POSITIONS, shape: [patchesAlong(vision) ** 2, width], initializer: small },
    ...tower(vision, visionBlock),
    ...normParameters(VISION_NORM, width),
    { name: PROBE, shape: [1, 1, width], initializer: normal(1) },
    { name: HEAD_THIRDS.weight, shape: [3 * width, width], initializer: attention },
    { name: HEAD_THIRDS.bias, shape: [3 * width], initializer: constant(0) },
    ...linearParameters(HEAD_OUTPUT, width, width, attention),
    ...normParameters(HEAD_NORM, width),
    ...linearParameters(HEAD_MLP_IN, width, intermediateSize, small),
    ...linearParameters(HEAD_MLP_OUT, intermediateSize, width, small),
  ];
}

function tower(
  { hiddenSize, intermediateSize, numHiddenLayers }: SiglipTowerConfig,
  names: (index: number) => BlockNames,
): ParameterSpec[] {
  const projection = xavierUniform(hiddenSize, hiddenSize);
  const mlp = xavierUniform(hiddenSize, intermediateSize);
  const initializers = { projection, attentionOutput: projection, mlpIn: mlp, mlpOut: mlp };
  return layers(numHiddenLayers, (index) =>
    blockParameters(names(index), hiddenSize, intermediateSize, initializers),
  );
}
