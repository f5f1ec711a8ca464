import type * as ort from 'onnxruntime-node';
import type { OutputType } from '../graph/record.js';
import { emptyTensor } from './held-tensor.js';

/** Memory smaller than this, in bytes, is cheaper made than kept. */
const SMALLEST_KEPT = 4096;

export interface MemoryPool {
  /** Memory for a result: what was given back, else new. */
  take(type: OutputType): ort.Tensor;
  /** Takes back a tensor on the CPU that nobody uses any more. */
  readonly give: (tensor: ort.Tensor) => void;
  clear(): void;
}

/** Keeps tensors that are no longer used for a graph's results: of each type and shape as many as one run writes. */
export function memoryPool(results: Iterable<OutputType>): MemoryPool {
  const kept = new Map<string, { readonly most: number; readonly tensors: ort.Tensor[] }>();
  const keyOf = (type: string, shape: readonly number[]): string => `${type}[${shape}]`;
  for (const { type, shape } of results) {
    const key = keyOf(type, shape);
    kept.set(key, { most: (kept.get(key)?.most ?? 0) + 1, tensors: [] });
  }
  return {
    take: (output) => kept.get(keyOf(output.type, output.shape))?.tensors.pop() ?? emptyTensor(output),
    give(tensor) {
      const same = kept.get(keyOf(tensor.type, tensor.dims));
      const bytes = (tensor.data as Float32Array).byteLength;
      if (same && bytes >= SMALLEST_KEPT && same.tensors.length < same.most) same.tensors.push(tensor);
    },
    clear: () => kept.clear(),
  };
}
