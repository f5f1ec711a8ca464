import { constant, truncatedNormal, uniform, xavierUniform, zeros } from '../initializers.js';
import type { ParameterSpec } from '../params.js';
import { tokenSizeOf } from '../patchify.js';
import { type BlockNames, type LayerNames, layer } from '../transformer-block.js';
import type { VideoMaeConfig } from './config.js';

export const PATCH_PROJECTION = layer('videomae.embeddings.patch_embeddings.projection');
export const ENCODER_NORM = layer('videomae.layernorm');
export const BRIDGE: LayerNames = { weight: 'encoder_to_decoder.weight' };
export const MASK_TOKEN = 'mask_token';
export const DECODER_NORM = layer('decoder.norm');
export const DECODER_HEAD = layer('decoder.head');

export function encoderBlock(index: number): BlockNames {
  return blockNames(`videomae.encoder.layer.${index}`);
}

export function decoderBlock(index: number): BlockNames {
  return blockNames(`decoder.decoder_layers.${index}`);
}

/**
 * The parameters of Hugging Face's `VideoMAEForPreTraining`, with the reference's initial values: Xavier uniform
 * for linear layers (query, key and value as the one matrix that they are there), the patch projection as a
 * convolution's default, biases 0, LayerNorm 1 and 0, mask token normal 0.02 cut at one standard deviation.
 */
export function videoMaeParameters(config: VideoMaeConfig): readonly ParameterSpec[] {
  const { hiddenSize, decoderHiddenSize, patchSize, tubeletSize } = config;
  const tokenSize = tokenSizeOf(config);
  const specs: ParameterSpec[] = [
    {
      name: MASK_TOKEN,
      shape: [1, 1, decoderHiddenSize],
      initializer: truncatedNormal(0.02, 1),
    },
    {
      name: PATCH_PROJECTION.weight,
      shape: [hiddenSize, 3, tubeletSize, patchSize, patchSize],
      initializer: uniform(1 / Math.sqrt(tokenSize)),
    },
    { name: PATCH_PROJECTION.bias, shape: [hiddenSize], initializer: zeros },
  ];
  for (let index = 0; index < config.numHiddenLayers; index++) {
    specs.push(...blockParameters(encoderBlock(index), hiddenSize, config.intermediateSize));
  }
  specs.push(...norm(ENCODER_NORM, hiddenSize), ...dense(BRIDGE, hiddenSize, decoderHiddenSize));
  for (let index = 0; index < config.decoderNumHiddenLayers; index++) {
    specs.push(...blockParameters(decoderBlock(index), decoderHiddenSize, config.decoderIntermediateSize));
  }
  specs.push(...norm(DECODER_NORM, decoderHiddenSize), ...dense(DECODER_HEAD, decoderHiddenSize, tokenSize));
  return specs;
}

function blockNames(prefix: string): BlockNames {
  const inner = `${prefix}.attention.attention`;
  return {
    attentionNorm: layer(`${prefix}.layernorm_before`),
    query: { weight: `${inner}.query.weight`, bias: `${inner}.q_bias` },
    key: { weight: `${inner}.key.weight` },
    value: { weight: `${inner}.value.weight`, bias: `${inner}.v_bias` },
    attentionOutput: layer(`${prefix}.attention.output.dense`),
    mlpNorm: layer(`${prefix}.layernorm_after`),
    mlpIn: layer(`${prefix}.intermediate.dense`),
    mlpOut: layer(`${prefix}.output.dense`),
  };
}

function blockParameters(names: BlockNames, width: number, hidden: number): ParameterSpec[] {
  // One matrix [3 D, D] in the reference, so its fan-out counts three times.
  const projection = xavierUniform(width, 3 * width);
  return [
    ...norm(names.attentionNorm, width),
    ...dense(names.query, width, width, projection),
    ...dense(names.key, width, width, projection),
    ...dense(names.value, width, width, projection),
    ...dense(names.attentionOutput, width, width),
    ...norm(names.mlpNorm, width),
    ...dense(names.mlpIn, width, hidden),
    ...dense(names.mlpOut, hidden, width),
  ];
}

function dense(
  { weight, bias }: LayerNames,
  inputs: number,
  outputs: number,
  initializer = xavierUniform(inputs, outputs),
): ParameterSpec[] {
  const specs: ParameterSpec[] = [{ name: weight, shape: [outputs, inputs], initializer }];
  if (bias !== undefined) specs.push({ name: bias, shape: [outputs], initializer: zeros });
  return specs;
}

function norm({ weight, bias }: Required<LayerNames>, width: number): ParameterSpec[] {
  return [
    { name: weight, shape: [width], initializer: constant(1) },
    { name: bias, shape: [width], initializer: zeros },
  ];
}
