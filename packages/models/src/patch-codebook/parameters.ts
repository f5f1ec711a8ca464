import { uniform, xavierUniform } from '../initializers.js';
import { linearParameters } from '../layer-parameters.js';
import type { ParameterSpec } from '../params.js';
import { tokenSizeOf } from '../patchify.js';
import { type LayerNames, layer } from '../transformer-block.js';
import type { PatchCodebookConfig } from './config.js';

/** [K, D] the codes. */
export const CODES = 'codes';

/** A linear map of encoder or decoder. */
export interface CodebookLayer {
  readonly names: Required<LayerNames>;
  readonly inputs: number;
  readonly outputs: number;
}

/** The maps from a token to the space of the codes, in their order. */
export const encoderLayers = (config: PatchCodebookConfig): readonly CodebookLayer[] =>
  layersBetween('encoder', tokenSizeOf(config), config.codeWidth, config.hiddenSize);

/** The maps from a code to a token's pixels, in their order. */
export const decoderLayers = (config: PatchCodebookConfig): readonly CodebookLayer[] =>
  layersBetween('decoder', config.codeWidth, tokenSizeOf(config), config.hiddenSize);

export function patchCodebookParameters(config: PatchCodebookConfig): ParameterSpec[] {
  const { codes, codeWidth } = config;
  const linear = ({ names, inputs, outputs }: CodebookLayer) =>
    linearParameters(names, inputs, outputs, xavierUniform(inputs, outputs));
  return [
    ...encoderLayers(config).flatMap(linear),
    ...decoderLayers(config).flatMap(linear),
    { name: CODES, shape: [codes, codeWidth], initializer: uniform(1 / codes) },
  ];
}

function layersBetween(part: string, from: number, to: number, hidden?: number): readonly CodebookLayer[] {
  const widths = hidden === undefined ? [from, to] : [from, hidden, to];
  return widths.slice(1).map((outputs, index) => ({
    names: layer(`${part}.layer${index}`),
    inputs: widths[index]!,
    outputs,
  }));
}
