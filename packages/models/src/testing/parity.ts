import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import type { Params } from '../params.js';
import { readSafetensors, type Safetensors } from '../safetensors/read.js';

/** Figures of reference implementations, in a folder next to the repository that need not be there. */
const SHARED = join(import.meta.dirname, '../../../../../shared');
const PARITY = join(SHARED, 'fixtures/parity');
export const hasParity = existsSync(PARITY);
export const clipModelVocabulary = join(SHARED, 'clip-vocab');
export const hasClipModelVocabulary = existsSync(clipModelVocabulary) && hasParity;

export function parityTensors(name: string): Promise<Safetensors> {
  return readSafetensors(join(PARITY, `${name}.safetensors`));
}

// biome-ignore lint/suspicious/noExplicitAny: the shape of each file is its own.
export function parityJson(name: string): any {
  return JSON.parse(readFileSync(join(PARITY, `${name}.json`), 'utf8'));
}

/** A stored float tensor. */
export function stored(file: Safetensors, name: string): tf.Tensor {
  const { data, shape } = file.tensors[name]!;
  return tf.tensor(data as Float32Array, [...shape], 'float32');
}

/** The tensors `prefix/*` of a file under the rest of their names. */
export function storedParams(file: Safetensors, prefix: string): Params {
  const names = Object.keys(file.tensors).filter((name) => name.startsWith(prefix));
  return Object.fromEntries(names.map((name) => [name.slice(prefix.length), stored(file, name)]));
}

/** [B, N] 0/1 rows to the ascending places of `value`, int32 [B, count]. */
export function placesOf(file: Safetensors, name: string, value: number): tf.Tensor2D {
  const { data, shape } = file.tensors[name]!;
  const [batch, tokens] = shape as [number, number];
  const rows = Array.from({ length: batch }, (_, row) =>
    Array.from({ length: tokens }, (_, token) => token).filter(
      (token) => Number(data[row * tokens + token]) === value,
    ),
  );
  return tf.tensor2d(rows, undefined, 'int32');
}

/** Element by element: |got - expected| at most absolute + relative * |expected|. */
export function expectClose(
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  absolute: number,
  relative = 0,
): void {
  expect(got.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < got.length; i++) {
    const excess = Math.abs(got[i]! - expected[i]!) / (absolute + relative * Math.abs(expected[i]!));
    worst = Math.max(worst, excess); // NaN stays NaN, and fails.
  }
  expect(worst).toBeLessThanOrEqual(1);
}

/** |got - expected| over |expected|, both as vectors. */
export function relativeL2(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (got[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  return Math.sqrt(difference / norm);
}
