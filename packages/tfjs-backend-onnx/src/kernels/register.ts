import * as tf from '@tensorflow/tfjs';
import { UnsupportedKernelError } from '../errors.js';
import { binaryKernels } from './binary.js';
import { createKernels } from './create.js';
import { fusedKernels } from './fused.js';
import { gatherKernels } from './gather.js';
import { type Kernel, kernel, registerKernel } from './kernel.js';
import { layoutKernels } from './layout.js';
import { matmulKernels } from './matmul.js';
import { reduceKernels } from './reduce.js';
import { unaryKernels } from './unary.js';

export const kernels: readonly Kernel[] = [
  ...unaryKernels,
  ...binaryKernels,
  ...reduceKernels,
  ...layoutKernels,
  ...gatherKernels,
  ...createKernels,
  ...matmulKernels,
  ...fusedKernels,
];

/** Registers every kernel, and one that throws by name for each that only the cpu backend has. */
export function registerKernels(): void {
  for (const each of kernels) registerKernel(each);
  const known = new Set(kernels.map(({ name }) => name));
  for (const { kernelName } of tf.getKernelsForBackend('cpu')) {
    if (known.has(kernelName)) continue;
    registerKernel(
      kernel(kernelName, () => {
        throw new UnsupportedKernelError(kernelName);
      }),
    );
  }
}
