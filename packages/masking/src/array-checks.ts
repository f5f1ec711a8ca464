import { passing, showValue } from '@tgm/options';
import { MaskingError } from './errors.js';

/** An option that is a Float32Array. */
export const floatsField = passing('a Float32Array', (value): value is Float32Array =>
  isKind(value, 'Float32Array'),
);

/** @throws MaskingError `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`. */
export function checkFloats(values: Float32Array, length: number, where: string): void {
  checkKind(values, 'Float32Array', where);
  checkLength(values, length, where);
  checkFinite(values, where);
}

/** @throws MaskingError `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`. */
export function checkFlags(flags: Uint8Array, length: number, where: string): void {
  checkKind(flags, 'Uint8Array', where);
  checkLength(flags, length, where);
}

/** By name, since arrays of another realm, such as a frame of a page, have another constructor. */
const isKind = (values: unknown, kind: 'Float32Array' | 'Uint8Array'): boolean =>
  Object.prototype.toString.call(values) === `[object ${kind}]`;

/** @throws MaskingError `CUE_WRONG_KIND`. */
export function checkKind(values: unknown, kind: 'Float32Array' | 'Uint8Array', where: string): void {
  if (isKind(values, kind)) return;
  throw new MaskingError('CUE_WRONG_KIND', { expected: `a ${kind}`, received: showValue(values), where });
}

/** @throws MaskingError `CUE_NOT_FINITE`. */
export function checkFinite(values: Float32Array, where: string): void {
  for (let position = 0; position < values.length; position += 1) {
    if (Number.isFinite(values[position])) continue;
    const received = `${values[position]} at position ${position}`;
    throw new MaskingError('CUE_NOT_FINITE', { expected: 'finite numbers', received, where });
  }
}

/** @throws MaskingError `CUE_NEGATIVE`. */
export function checkNotNegative(values: Float32Array, where: string): void {
  for (let position = 0; position < values.length; position += 1) {
    if (values[position]! >= 0) continue;
    const received = `${values[position]} at position ${position}`;
    throw new MaskingError('CUE_NEGATIVE', { expected: 'numbers from 0', received, where });
  }
}

/** @throws MaskingError `CUE_WRONG_SIZE`. */
function checkLength(values: ArrayLike<number>, length: number, where: string): void {
  if (values.length === length) return;
  const received = `${values.length}`;
  throw new MaskingError('CUE_WRONG_SIZE', { expected: `${length} values`, received, where });
}
