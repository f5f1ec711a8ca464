import * as tf from '@tensorflow/tfjs';
import { CheckpointKeysError, SafetensorsError, type ShapeMismatch } from '../errors.js';
import type { ParameterSpec, Params } from '../params.js';
import { readSafetensors } from '../safetensors/read.js';
import { type WritableTensor, writeSafetensors } from '../safetensors/write.js';
import { orNotFound } from './json-file.js';

/** Buffers of older library versions, 0 to n - 1, which no model reads. */
const POSITION_IDS = /(^|\.)position_ids$/;

type Shaped = Readonly<Record<string, { readonly shape: readonly number[] }>>;

/** Writes the parameters of the list, in float32; others in the record are not the model's. */
export async function saveParams(
  path: string,
  specs: readonly ParameterSpec[],
  params: Params,
): Promise<void> {
  requireTensors('The parameters to save', specs, params, []);
  const tensors: Record<string, WritableTensor> = {};
  for (const { name, shape } of specs) {
    tensors[name] = { dtype: 'F32', shape, data: (await params[name]!.data()) as Float32Array };
  }
  // Hugging Face's loader wants to know that the layout is PyTorch's.
  await writeSafetensors(path, tensors, { format: 'pt' });
}

/** Reads exactly the parameters of the list, as float32 tensors that the caller disposes. */
export async function loadParams(path: string, specs: readonly ParameterSpec[]): Promise<Params> {
  const { tensors } = await orNotFound(path, readSafetensors(path));
  const unexpected = Object.keys(tensors).filter(
    (name) => !POSITION_IDS.test(name) && !specs.some((spec) => spec.name === name),
  );
  requireTensors(path, specs, tensors, unexpected);
  const values = specs.map(({ name }) => {
    const { dtype, data } = tensors[name]!;
    if (data instanceof Float32Array) return data;
    if (data instanceof Float64Array) return Float32Array.from(data);
    throw new SafetensorsError(path, `tensor "${name}": expected floating-point numbers, got ${dtype}`);
  });
  return Object.fromEntries(
    specs.map(({ name, shape }, i) => [name, tf.tensor(values[i]!, [...shape], 'float32')]),
  );
}

function requireTensors(
  where: string,
  specs: readonly ParameterSpec[],
  tensors: Shaped,
  unexpected: readonly string[],
): void {
  const missing: string[] = [];
  const mismatched: ShapeMismatch[] = [];
  for (const { name, shape: expected } of specs) {
    const got = tensors[name]?.shape;
    if (got === undefined) missing.push(name);
    else if (got.length !== expected.length || got.some((size, axis) => size !== expected[axis])) {
      mismatched.push({ name, expected, got });
    }
  }
  if (missing.length + unexpected.length + mismatched.length > 0) {
    throw new CheckpointKeysError(where, missing, unexpected, mismatched);
  }
}
