import { normal, truncatedNormal, uniform, xavierUniform, zeros } from '../initializers.js';
import {
  type BlockInitializers,
  blockParameters,
  layers,
  linearParameters,
  normParameters,
} from '../layer-parameters.js';
import type { ParameterSpec } from '../params.js';
import { tokenGridOf, tokenSizeOf } from '../patchify.js';
import { type BlockNames, type LayerNames, layer } from '../transformer-block.js';
import type {
  VideoMaeBlocksConfig,
  VideoMaeClassifierConfig,
  VideoMaeConfig,
  VideoMaeEncoderConfig,
  WithDefaults,
} from './config.js';
import { classCount } from './label-groups.js';

export const PATCH_PROJECTION = layer('videomae.embeddings.patch_embeddings.projection');
export const ENCODER_NORM = layer('videomae.layernorm');
export const BRIDGE: LayerNames = { weight: 'encoder_to_decoder.weight' };
export const MASK_TOKEN = 'mask_token';
export const DECODER_NORM = layer('decoder.norm');
export const DECODER_HEAD = layer('decoder.head');
const POOL_NORM = layer('fc_norm');
export const CLASSIFIER = layer('classifier');

/** What ST-MAE's stacks learn besides: the tables of positions and the class token. */
export interface StackNames {
  readonly spatial: string;
  readonly temporal: string;
  readonly classToken: string;
}

export const ENCODER_STACK = stackNames('videomae.embeddings');
export const DECODER_STACK = stackNames('decoder');

function stackNames(prefix: string): StackNames {
  return {
    spatial: `${prefix}.spatial_positions`,
    temporal: `${prefix}.temporal_positions`,
    classToken: `${prefix}.class_token`,
  };
}

/** The parameters of a stack of `width` under ST-MAE's options, normal with 0.02; none without them. */
export function stackParameters(
  config: WithDefaults<VideoMaeEncoderConfig>,
  names: StackNames,
  width: number,
): ParameterSpec[] {
  const { slices, rows, columns } = tokenGridOf(config);
  const initializer = normal(0.02);
  const specs: ParameterSpec[] = [];
  if (config.positions === 'separable') {
    specs.push({ name: names.spatial, shape: [rows * columns, width], initializer });
    specs.push({ name: names.temporal, shape: [slices, width], initializer });
  }
  if (config.classToken) specs.push({ name: names.classToken, shape: [1, width], initializer });
  return specs;
}

/** What tells the names of a block's parameters. */
type ProjectionConfig = Pick<WithDefaults<VideoMaeBlocksConfig>, 'qkvBias'>;

export function encoderBlock(index: number, config: ProjectionConfig): BlockNames {
  return blockNames(`videomae.encoder.layer.${index}`, config);
}

export function decoderBlock(index: number, config: ProjectionConfig): BlockNames {
  return blockNames(`decoder.decoder_layers.${index}`, config);
}

/**
 * The parameters of Hugging Face's `VideoMAEForPreTraining`, with the reference's initial values: Xavier uniform
 * for linear layers (query, key and value as the one matrix that they are there), the patch projection as a
 * convolution's default, biases 0, LayerNorm 1 and 0, mask token normal 0.02 cut at one standard deviation.
 * `scaledResiduals` divides what each stack's blocks end with by sqrt(2 layers).
 */
export function videoMaeParameters(
  config: WithDefaults<VideoMaeConfig>,
  scaledResiduals: boolean,
): readonly ParameterSpec[] {
  const { hiddenSize, decoderHiddenSize } = config;
  const predictionSize = predictionSizeOf(config);
  const decoderInitializers = blockInitializers(
    decoderHiddenSize,
    config.decoderIntermediateSize,
    residualScale(config.decoderNumHiddenLayers, scaledResiduals),
  );
  return [
    { name: MASK_TOKEN, shape: [1, 1, decoderHiddenSize], initializer: truncatedNormal(0.02, 1) },
    ...encoderParameters(config, scaledResiduals),
    ...linearParameters(BRIDGE, hiddenSize, decoderHiddenSize, xavierUniform(hiddenSize, decoderHiddenSize)),
    ...stackParameters(config, DECODER_STACK, decoderHiddenSize),
    ...layers(config.decoderNumHiddenLayers, (index) =>
      blockParameters(
        decoderBlock(index, config),
        decoderHiddenSize,
        config.decoderIntermediateSize,
        decoderInitializers,
      ),
    ),
    ...normParameters(DECODER_NORM, decoderHiddenSize),
    ...linearParameters(
      DECODER_HEAD,
      decoderHiddenSize,
      predictionSize,
      xavierUniform(decoderHiddenSize, predictionSize),
    ),
  ];
}

/** Those of the encoder alone, Hugging Face's `VideoMAEModel` under the names that it has inside the other classes. */
export function encoderParameters(
  config: WithDefaults<VideoMaeEncoderConfig>,
  scaledResiduals: boolean,
): readonly ParameterSpec[] {
  const { hiddenSize, intermediateSize, numHiddenLayers } = config;
  const block = blockInitializers(
    hiddenSize,
    intermediateSize,
    residualScale(numHiddenLayers, scaledResiduals),
  );
  return [
    ...stackParameters(config, ENCODER_STACK, hiddenSize),
    ...patchesAndBlocks(config, block),
    ...(config.useMeanPooling ? [] : normParameters(ENCODER_NORM, hiddenSize)),
  ];
}

function residualScale(layerCount: number, scaledResiduals: boolean): number {
  return scaledResiduals ? 1 / Math.sqrt(2 * layerCount) : 1;
}

/** Q: the numbers of a token that the decoder predicts. */
export function predictionSizeOf(config: WithDefaults<VideoMaeConfig>): number {
  return tokenSizeOf({ ...config, tubeletSize: config.predictedFrames });
}

/** Standard deviation of every matrix of the classifier before training, and the factor of its last one's. */
const CLASSIFIER_STD = 0.02;
const HEAD_SCALE = 0.001;

/**
 * The parameters of Hugging Face's `VideoMAEForVideoClassification`, with the initial values of the reference's
 * modeling_finetune.py and run_class_finetuning.py: matrices normal with 0.02, the head's a thousandth of that.
 */
export function classifierParameters(
  config: WithDefaults<VideoMaeClassifierConfig>,
): readonly ParameterSpec[] {
  const { hiddenSize, labels } = config;
  const matrix = normal(CLASSIFIER_STD);
  const block = { projection: matrix, attentionOutput: matrix, mlpIn: matrix, mlpOut: matrix };
  return [
    ...patchesAndBlocks(config, block),
    ...normParameters(classifierNorm(config), hiddenSize),
    ...linearParameters(CLASSIFIER, hiddenSize, classCount(labels), normal(CLASSIFIER_STD * HEAD_SCALE)),
  ];
}

/** The norm between the blocks and the classifier: of the tokens' mean, or of the first token. */
export function classifierNorm({
  useMeanPooling,
}: WithDefaults<VideoMaeClassifierConfig>): Required<LayerNames> {
  return useMeanPooling ? POOL_NORM : ENCODER_NORM;
}

function patchesAndBlocks(
  config: WithDefaults<VideoMaeBlocksConfig>,
  block: BlockInitializers,
): ParameterSpec[] {
  const { hiddenSize, numHiddenLayers, intermediateSize, patchSize, tubeletSize } = config;
  const shape = [hiddenSize, 3, tubeletSize, patchSize, patchSize];
  return [
    { name: PATCH_PROJECTION.weight, shape, initializer: uniform(1 / Math.sqrt(tokenSizeOf(config))) },
    { name: PATCH_PROJECTION.bias, shape: [hiddenSize], initializer: zeros },
    ...layers(numHiddenLayers, (index) =>
      blockParameters(encoderBlock(index, config), hiddenSize, intermediateSize, block),
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

function blockNames(prefix: string, { qkvBias }: ProjectionConfig): BlockNames {
  const inner = `${prefix}.attention.attention`;
  const projection = (name: string, bias: string): LayerNames => ({
    weight: `${inner}.${name}.weight`,
    ...(qkvBias && { bias: `${inner}.${bias}` }),
  });
  return {
    attentionNorm: layer(`${prefix}.layernorm_before`),
    query: projection('query', 'q_bias'),
    key: { weight: `${inner}.key.weight` },
    value: projection('value', 'v_bias'),
    attentionOutput: layer(`${prefix}.attention.output.dense`),
    mlpNorm: layer(`${prefix}.layernorm_after`),
    mlpIn: layer(`${prefix}.intermediate.dense`),
    mlpOut: layer(`${prefix}.output.dense`),
  };
}
