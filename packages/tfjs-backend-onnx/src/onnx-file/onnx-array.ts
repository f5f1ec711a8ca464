import { showValue } from '@tgm/options';
import type * as ort from 'onnxruntime-node';
import { EngineError } from '../errors.js';
import { onnxRuntime } from '../runtime/onnx-runtime.js';

/** Numbers of a shape, the last axis fastest. Their type is that of the typed array: float32, int32 or int64. */
export interface OnnxArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array;
}

/**
 * @throws EngineError `OPTION_INVALID` for what is no array with a shape, `ONNX_UNSUPPORTED_TYPE` for numbers of another type,
 *   `ONNX_SHAPE` where they do not fill the shape
 */
export function toTensor(array: OnnxArray, where: string): ort.Tensor {
  const { Tensor } = onnxRuntime();
  const { shape, data } = (array ?? {}) as OnnxArray;
  if (!Array.isArray(shape) || !shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw new EngineError('OPTION_INVALID', {
      where,
      expected: '{ shape, data }, the shape a list of lengths',
      received: showValue(array),
    });
  }
  if (!ArrayBuffer.isView(data)) throw unsupported(where, showValue(data));
  const count = shape.reduce((product, length) => product * length, 1);
  if (count !== data.length) {
    throw new EngineError('ONNX_SHAPE', {
      where,
      expected: `${count} numbers for [${shape.join(', ')}]`,
      received: String(data.length),
    });
  }
  const dims = [...shape];
  if (data instanceof Float32Array) return new Tensor('float32', data, dims);
  if (data instanceof Int32Array) return new Tensor('int32', data, dims);
  if (data instanceof BigInt64Array) return new Tensor('int64', data, dims);
  throw unsupported(where, Object.prototype.toString.call(data).slice(8, -1));
}

/** @throws EngineError `ONNX_UNSUPPORTED_TYPE` */
export function fromTensor({ type, dims, data }: ort.Tensor, where: string): OnnxArray {
  if (data instanceof Float32Array || data instanceof Int32Array || data instanceof BigInt64Array)
    return { shape: dims, data };
  throw unsupported(where, type);
}

const unsupported = (where: string, received: string): EngineError =>
  new EngineError('ONNX_UNSUPPORTED_TYPE', { where, expected: 'float32, int32 or int64', received });
