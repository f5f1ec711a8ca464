import { ModelError } from '../errors.js';

/** The error of bytes that are not a safetensors file, or of tensors that make none. */
export function safetensorsFault(
  where: string,
  expected: string,
  received: string,
  cause?: unknown,
): ModelError {
  return new ModelError('SAFETENSORS_INVALID', { where, expected, received, cause });
}
