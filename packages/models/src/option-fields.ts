import type * as tf from '@tensorflow/tfjs';
import type { Random } from '@tgm/masking';
import { callable, type Field, passing } from '@tgm/options';
import type { Params } from './params.js';

/** Any text, the empty one too. */
export const anyText = (): Field<string> =>
  passing('a text', (value): value is string => typeof value === 'string');

/** A generator of numbers in [0, 1). */
export const generator = (): Field<Random> => callable<Random>();

/** Bytes, from whichever thread or context. */
export const bytes = (): Field<Uint8Array> =>
  passing('bytes in a Uint8Array', (value): value is Uint8Array => isArrayOf(value, 'Uint8Array'));

/** Tensors by name; whether they are those of a model is seen where they are read. */
export const params = (): Field<Params> =>
  passing(
    'the parameters by name, each a tensor',
    (value): value is Params => isRecord(value) && Object.values(value).every(isTensor),
  );

/** An object that is no list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a typed array of this name. `instanceof` would not know those of another context. */
export function isArrayOf(value: unknown, name: string): boolean {
  return Object.prototype.toString.call(value) === `[object ${name}]`;
}

export function isTensor(value: unknown): value is tf.Tensor {
  return isRecord(value) && Array.isArray(value.shape) && typeof value.dtype === 'string';
}
