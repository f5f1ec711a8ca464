import * as ort from 'onnxruntime-node';
import { ReadError } from '../errors.js';
import type { OutputType } from '../graph/record.js';
import { sizeOf, type TypedData, type ValueType } from '../graph/value.js';
import { download } from './download.js';

/**
 * A tensor of ONNX Runtime and the number of its users: TensorFlow.js tensors and calls in flight.
 * When the last one lets go, the memory can serve as an output of the next run, unless something else may
 * still see it (`share`).
 */
export class HeldTensor {
  #users = 0;
  #shared = false;
  #copy: Promise<ort.Tensor> | undefined;
  #copied: ort.Tensor | undefined;

  constructor(
    readonly tensor: ort.Tensor,
    private recycle?: (tensor: ort.Tensor) => void,
  ) {}

  /** Whether the numbers lie in a GPU's memory. */
  get onDevice(): boolean {
    return this.tensor.location !== 'cpu';
  }

  get data(): Float32Array | Int32Array | Uint8Array {
    const tensor = this.onDevice ? this.#copied : this.tensor;
    if (!tensor) throw new ReadError('sync');
    return tensor.data as Float32Array | Int32Array | Uint8Array;
  }

  /** The tensor in the CPU's memory, copied there once where it lies on a device; `data` is there from then on. */
  async onCpu(): Promise<ort.Tensor> {
    if (!this.onDevice) return this.tensor;
    this.#copy ??= download(this.tensor);
    this.#copied = await this.#copy;
    return this.#copied;
  }

  retain(): void {
    this.#users++;
  }

  release(): void {
    this.#users--;
    if (this.#users === 0 && !this.#shared) this.recycle?.(this.tensor);
  }

  /** Whether the one who asks is its only user, and nothing else will look at the memory. */
  get isPrivate(): boolean {
    return this.#users === 1 && !this.#shared;
  }

  /** Hands the memory over: what becomes of it is no longer this one's business. */
  surrender(): ort.Tensor {
    this.recycle = undefined;
    return this.tensor;
  }

  /** Says that JavaScript code or a recorded graph may look at the memory at any later time. */
  share(): void {
    this.#shared = true;
  }
}

export function ortTensor(data: TypedData, shape: readonly number[], type: ValueType): ort.Tensor {
  return new ort.Tensor(type as 'float32', data as Float32Array, shape);
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
