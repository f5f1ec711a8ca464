import * as tf from '@tensorflow/tfjs';
import { unsupportedKernel } from '../errors.js';
import { BACKEND_NAME, type OnnxBackend } from '../runtime/backend.js';
import { binaryKernels } from './binary.js';
import { blockKernels } from './blocks.js';
import { convKernels } from './conv.js';
import { countKernels } from './count.js';
import { createKernels } from './create.js';
import { cumulativeKernels } from './cumulative.js';
import { dilateKernels } from './dilate.js';
import { drawKernels } from './draw.js';
import { fusedKernels } from './fused.js';
import { gatherKernels } from './gather.js';
import { type Kernel, registerKernel } from './kernel.js';
import { layoutKernels } from './layout.js';
import { matmulKernels } from './matmul.js';
import { normaliseKernels } from './normalise.js';
import { poolKernels } from './pool.js';
import { reduceKernels } from './reduce.js';
import { resizeKernels } from './resize.js';
import { sampleKernels } from './sample.js';
import { softmaxKernels } from './softmax.js';
import { sparseKernels } from './sparse.js';
import { unaryKernels } from './unary.js';
import { unsupportedKernels } from './unsupported.js';

export const kernels: readonly Kernel[] = [
  ...unaryKernels,
  ...binaryKernels,
  ...reduceKernels,
  ...softmaxKernels,
  ...layoutKernels,
  ...gatherKernels,
  ...createKernels,
  ...matmulKernels,
  ...convKernels,
  ...poolKernels,
  ...normaliseKernels,
  ...resizeKernels,
  ...sampleKernels,
  ...dilateKernels,
  ...blockKernels,
  ...countKernels,
  ...sparseKernels,
  ...cumulativeKernels,
  ...drawKernels,
  ...fusedKernels,
];

/** A copy is the same data with one user more. */
const identity: tf.KernelConfig = {
  kernelName: tf.Identity,
  backendName: BACKEND_NAME,
  kernelFunc: ({ inputs, backend }) => {
    const { dataId, shape, dtype } = inputs.x as tf.TensorInfo;
    (backend as OnnxBackend).incRef(dataId);
    return { dataId, shape, dtype };
  },
};

/** Registers every kernel, and one that throws by name for each that there is no ONNX form of. */
export function registerKernels(): void {
  tf.registerKernel(identity);
  for (const each of kernels) registerKernel(each);
  for (const [name, { reason, nearest }] of Object.entries(unsupportedKernels)) {
    tf.registerKernel({
      kernelName: name,
      backendName: BACKEND_NAME,
      kernelFunc: () => {
        throw unsupportedKernel(name, reason, nearest);
      },
    });
  }
}
