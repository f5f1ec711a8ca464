import type * as ort from 'onnxruntime-node';

/** A tensor of ONNX Runtime that a value may stand for, and who uses it. */
export interface HeldTensor {
  readonly tensor: ort.Tensor;
  /** Whether the numbers lie in a GPU's memory. */
  readonly onDevice: boolean;
  /** @throws EngineError `ONNX_READ` where the numbers lie on a device and were not copied yet */
  readonly data: Float32Array | Int32Array | Uint8Array;
  /** The tensor in the CPU's memory, copied there once where it lies on a device; `data` is there from then on. */
  onCpu(): Promise<ort.Tensor>;
  retain(): void;
  release(): void;
  /** Whether the one who asks is its only user, and nothing else will look at the memory. */
  readonly isPrivate: boolean;
  /** Hands the memory over; the caller owns it from here. */
  surrender(): ort.Tensor;
  /** Says that JavaScript code or a recorded graph may look at the memory at any later time. */
  share(): void;
}
