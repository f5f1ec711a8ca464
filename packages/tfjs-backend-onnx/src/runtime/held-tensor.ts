import type * as ort from 'onnxruntime-node';
import { readTooEarly } from '../errors.js';
import type { HeldTensor } from '../graph/held-tensor.js';
import type { OutputType } from '../graph/record.js';
import { sizeOf, type TypedData, type ValueType } from '../graph/value.js';
import { download } from './download.js';
import { onnxRuntime } from './onnx-runtime.js';

/**
 * Counts the users of a tensor: TensorFlow.js tensors and calls in flight. When the last one lets go, `recycle` gets the
 * memory, which can serve as an output of the next run, unless something else may still see it (`share`).
 */
export function heldTensor(tensor: ort.Tensor, recycle?: (tensor: ort.Tensor) => void): HeldTensor {
  let users = 0;
  let shared = false;
  let surrendered = false;
  let copy: Promise<ort.Tensor> | undefined;
  let copied: ort.Tensor | undefined;
  const onDevice = tensor.location !== 'cpu';
  return {
    tensor,
    onDevice,
    get data() {
      const there = onDevice ? copied : tensor;
      if (!there) throw readTooEarly(false);
      return there.data as Float32Array | Int32Array | Uint8Array;
    },
    async onCpu() {
      if (!onDevice) return tensor;
      copy ??= download(tensor);
      copied = await copy;
      return copied;
    },
    retain() {
      users++;
    },
    release() {
      users--;
      if (users === 0 && !shared && !surrendered) recycle?.(tensor);
    },
    get isPrivate() {
      return users === 1 && !shared;
    },
    surrender() {
      surrendered = true;
      return tensor;
    },
    share() {
      shared = true;
    },
  };
}

export function ortTensor(data: TypedData, shape: readonly number[], type: ValueType): ort.Tensor {
  return new (onnxRuntime().Tensor)(type as 'float32', data as Float32Array, shape);
}

/** Memory for a result. */
export function emptyTensor({ type, shape }: OutputType): ort.Tensor {
  const size = sizeOf(shape);
  const data =
    type === 'float32'
      ? new Float32Array(size)
      : type === 'int32'
        ? new Int32Array(size)
        : new Uint8Array(size);
  return ortTensor(data, shape, type);
}
