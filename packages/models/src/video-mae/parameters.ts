import { truncatedNormal, uniform, xavierUniform, zeros } from '../initializers.js';
import {
  type BlockInitializers,
  blockParameters,
  layers,
  linearParameters,
  normParameters,
} from '../layer-parameters.js';
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
 * `scaledResiduals` divides what each stack's blocks end with by sqrt(2 layers).
 */
export function videoMaeParameters(
  config: VideoMaeConfig,
  scaledResiduals: boolean,
): readonly ParameterSpec[] {
  const { hiddenSize, decoderHiddenSize, patchSize, tubeletSize } = config;
  const tokenSize = tokenSizeOf(config);
  const convolution = [hiddenSize, 3, tubeletSize, patchSize, patchSize];
  const residualScale = (layerCount: number) => (scaledResiduals ? 1 / Math.sqrt(2 * layerCount) : 1);
  const encoderInitializers = blockInitializers(
    hiddenSize,
    config.intermediateSize,
    residualScale(config.numHiddenLayers),
  );
  const decoderInitializers = blockInitializers(
    decoderHiddenSize,
    config.decoderIntermediateSize,
    residualScale(config.decoderNumHiddenLayers),
  );
  return [
    { name: MASK_TOKEN, shape: [1, 1, decoderHiddenSize], initializer: truncatedNormal(0.02, 1) },
    { name: PATCH_PROJECTION.weight, shape: convolution, initializer: uniform(1 / Math.sqrt(tokenSize)) },
    { name: PATCH_PROJECTION.bias, shape: [hiddenSize], initializer: zeros },
    ...layers(config.numHiddenLayers, (index) =>
      blockParameters(encoderBlock(index), hiddenSize, config.intermediateSize, encoderInitializers),
    ),
    ...normParameters(ENCODER_NORM, hiddenSize),
    ...linearParameters(BRIDGE, hiddenSize, decoderHiddenSize, xavierUniform(hiddenSize, decoderHiddenSize)),
    ...layers(config.decoderNumHiddenLayers, (index) =>
      blockParameters(
        decoderBlock(index),
        decoderHiddenSize,
        config.decoderIntermediateSize,
        decoderInitializers,
      ),
    ),
    ...normParameters(DECODER_NORM, decoderHiddenSize),
    ...linearParameters(
      DECODER_HEAD,
      decoderHiddenSize,
      tokenSize,
      xavierUniform(decoderHiddenSize, tokenSize),
    ),
  ];
}

/** Query, key and value are one matrix [3 D, D] in the reference, so its outputs count three times. */
function blockInitializers(width: number, hidden: number, residualScale: number): BlockInitializers {
  return {
    projection: xavierUniform(width, 3 * width),
    attentionOutput: xavierUniform(width, width, residualScale),
    mlpIn: xavierUniform(width, hidden),
    mlpOut: xavierUniform(hidden, width, residualScale),
  };
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
