import * as ort from 'onnxruntime-node';
import type { TypedData, ValueType } from '../graph/value.js';

/**
 * A tensor of ONNX Runtime and the number of its users: TensorFlow.js tensors and calls in flight.
 * When the last one lets go, the memory can serve as an output of the next run, unless something else may
 * still see it (`share`).
 */
export class HeldTensor {
  #users = 0;
  #shared = false;

  constructor(
    readonly tensor: ort.Tensor,
    private readonly recycle?: (tensor: ort.Tensor) => void,
  ) {}

  get data(): Float32Array | Int32Array | Uint8Array {
    return this.tensor.data as Float32Array | Int32Array | Uint8Array;
  }

  retain(): void {
    this.#users++;
  }

  release(): void {
    this.#users--;
    if (this.#users === 0 && !this.#shared) this.recycle?.(this.tensor);
  }

  /** Says that JavaScript code or a recorded graph may look at the memory at any later time. */
  share(): void {
    this.#shared = true;
  }
}

export function ortTensor(data: TypedData, shape: readonly number[], type: ValueType): ort.Tensor {
  return new ort.Tensor(type as 'float32', data as Float32Array, shape);
}
