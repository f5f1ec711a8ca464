import { constant, type Initializer, zeros } from './initializers.js';
import type { ParameterSpec } from './params.js';
import type { BlockNames, LayerNames } from './transformer-block.js';

/** A linear layer's weight [outputs, inputs] and, where it is named, its bias, which starts at 0. */
export function linearParameters(
  { weight, bias }: LayerNames,
  inputs: number,
  outputs: number,
  initializer: Initializer,
): ParameterSpec[] {
  const specs: ParameterSpec[] = [{ name: weight, shape: [outputs, inputs], initializer }];
  if (bias !== undefined) specs.push({ name: bias, shape: [outputs], initializer: zeros });
  return specs;
}

/** A LayerNorm's scale, which starts at 1, and bias, which starts at 0. */
export function normParameters({ weight, bias }: Required<LayerNames>, width: number): ParameterSpec[] {
  return [
    { name: weight, shape: [width], initializer: constant(1) },
    { name: bias, shape: [width], initializer: zeros },
  ];
}

/** How the matrices of a block start; `projection` is for query, key and value. */
export interface BlockInitializers {
  readonly projection: Initializer;
  readonly attentionOutput: Initializer;
  readonly mlpIn: Initializer;
  readonly mlpOut: Initializer;
}

export function blockParameters(
  names: BlockNames,
  width: number,
  hidden: number,
  { projection, attentionOutput, mlpIn, mlpOut }: BlockInitializers,
): ParameterSpec[] {
  return [
    ...normParameters(names.attentionNorm, width),
    ...linearParameters(names.query, width, width, projection),
    ...linearParameters(names.key, width, width, projection),
    ...linearParameters(names.value, width, width, projection),
    ...linearParameters(names.attentionOutput, width, width, attentionOutput),
    ...normParameters(names.mlpNorm, width),
    ...linearParameters(names.mlpIn, width, hidden, mlpIn),
    ...linearParameters(names.mlpOut, hidden, width, mlpOut),
  ];
}

export function layers(count: number, specs: (index: number) => readonly ParameterSpec[]): ParameterSpec[] {
  return Array.from({ length: count }, (_, index) => specs(index)).flat();
}
