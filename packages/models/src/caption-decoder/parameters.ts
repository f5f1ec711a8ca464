import { normal, xavierUniform, zeros } from '../initializers.js';
import { blockParameters, layers, linearParameters, normParameters } from '../layer-parameters.js';
import type { ParameterSpec } from '../params.js';
import { type BlockNames, layer } from '../transformer-block.js';
import type { CaptionDecoderConfig } from './config.js';

/** From the video's width to the decoder's. */
export const BRIDGE = layer('bridge');
/** [V, H] words in, and out again. */
export const WORDS = 'words.weight';
/** [V] */
export const WORD_BIAS = 'words.bias';
/** [L, H] places of a caption. */
export const POSITIONS = 'word_positions';
/** [H] in the place of a word that is to be said. */
export const MASK_TOKEN = 'mask_token';
export const NORM = layer('norm');

export function captionBlock(index: number): BlockNames {
  const prefix = `blocks.${index}`;
  return {
    attentionNorm: layer(`${prefix}.attention_norm`),
    query: layer(`${prefix}.query`),
    key: layer(`${prefix}.key`),
    value: layer(`${prefix}.value`),
    attentionOutput: layer(`${prefix}.attention_output`),
    mlpNorm: layer(`${prefix}.mlp_norm`),
    mlpIn: layer(`${prefix}.mlp_in`),
    mlpOut: layer(`${prefix}.mlp_out`),
  };
}

/** Linear maps as Video MAE's; words, places and the mask token as BERT's (normal, deviation 0.02). */
export function captionDecoderParameters(config: CaptionDecoderConfig): readonly ParameterSpec[] {
  const { videoSize, vocabSize, maxPositionEmbeddings, hiddenSize, intermediateSize } = config;
  const projection = xavierUniform(hiddenSize, hiddenSize);
  const initializers = {
    projection,
    attentionOutput: projection,
    mlpIn: xavierUniform(hiddenSize, intermediateSize),
    mlpOut: xavierUniform(intermediateSize, hiddenSize),
  };
  const small = normal(0.02);
  return [
    ...linearParameters(BRIDGE, videoSize, hiddenSize, xavierUniform(videoSize, hiddenSize)),
    { name: WORDS, shape: [vocabSize, hiddenSize], initializer: small },
    { name: WORD_BIAS, shape: [vocabSize], initializer: zeros },
    { name: POSITIONS, shape: [maxPositionEmbeddings, hiddenSize], initializer: small },
    { name: MASK_TOKEN, shape: [hiddenSize], initializer: small },
    ...layers(config.numHiddenLayers, (index) =>
      blockParameters(captionBlock(index), hiddenSize, intermediateSize, initializers),
    ),
    ...normParameters(NORM, hiddenSize),
  ];
}
