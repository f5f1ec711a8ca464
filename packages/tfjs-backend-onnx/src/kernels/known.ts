import { unsupportedKernel } from '../errors.js';
import type { Value } from '../graph/value.js';
import { readNow } from '../runtime/transfer.js';

/**
 * The numbers of an input that decides the shape of a kernel's result: they came from JavaScript, or have been computed.
 *
 * @throws EngineError `ONNX_UNSUPPORTED_KERNEL` when they are recorded but not there yet
 */
export function known(kernel: string, name: string, value: Value): number[] {
  if (value.source.kind === 'node' || value.source.kind === 'input') {
    const detail = `"${name}" decides the shape of its result, so its numbers must be known when it is recorded`;
    throw unsupportedKernel(kernel, detail);
  }
  return Array.from(readNow(value));
}
