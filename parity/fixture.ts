import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  type ParameterLayout,
  type Params,
  paramsFromTensors,
  readSafetensors,
  type SafetensorsTensor,
  writeSafetensors,
} from '@tgm/models';
import { type Quantity, same } from './quantity.js';

/** A `<name>.json` with the tensors of its `<name>.safetensors`. */
export interface Fixture {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: the shape of each file is its own.
  readonly json: any;
  readonly tensors: Readonly<Record<string, SafetensorsTensor>>;
  /** Another fixture of the same folder. */
  sibling(name: string): Promise<Fixture>;
}

/** Names of the fixtures of a folder, and of files that belong to none. */
export async function listFixtures(folder: string): Promise<{ fixtures: string[]; strange: string[] }> {
  const files = (await readdir(folder))
    .filter((file) => !['README.md', 'manifest.json'].includes(file))
    .sort();
  const fixtures = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -5));
  const strange = files.filter(
    (file) => !file.endsWith('.json') && !fixtures.some((name) => file === `${name}.safetensors`),
  );
  return { fixtures, strange };
}

export async function readFixture(folder: string, name: string): Promise<Fixture> {
  return {
    name,
    json: JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')),
    tensors: (await readSafetensors(join(folder, `${name}.safetensors`))).tensors,
    sibling: (other) => readFixture(folder, other),
  };
}

/** Whether the tensor file is the one that the JSON was written with. */
export async function checksum(folder: string, { name, json }: Fixture): Promise<Quantity> {
  const bytes = await readFile(join(folder, `${name}.safetensors`));
  return same('sha256', [createHash('sha256').update(bytes).digest('hex')], [json.sha256]);
}

/** The tensors `prefix*` under the rest of their names. */
export function withPrefix(fixture: Fixture, prefix: string): Record<string, SafetensorsTensor> {
  const entries = Object.entries(fixture.tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(entries.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

/** Writes the tensors `param/*`, which are of 32 bits, as Python saves them. */
export function writeParams(path: string, fixture: Fixture): Promise<void> {
  const tensors = Object.entries(withPrefix(fixture, 'param/')).map(([name, { shape, data }]) => [
    name,
    { dtype: 'F32', shape, data: data as Float32Array },
  ]);
  return writeSafetensors(path, Object.fromEntries(tensors), { format: 'pt' });
}

/** Parameters, gradients or later weights of a fixture, under the names used here. */
export function paramsOf(fixture: Fixture, model: ParameterLayout, prefix: string): Params {
  return paramsFromTensors(withPrefix(fixture, prefix), model, `${fixture.name} ${prefix}`);
}

export function stored(fixture: Fixture, name: string): SafetensorsTensor {
  const tensor = fixture.tensors[name];
  if (!tensor) throw new Error(`${fixture.name}.safetensors has no tensor "${name}".`);
  return tensor;
}

/** The numbers of a stored tensor. */
export function numbers(
  fixture: Fixture,
  name: string,
): Float32Array | Float64Array | Int32Array | Uint8Array {
  const { data } = stored(fixture, name);
  if (data instanceof BigInt64Array) throw new Error(`${fixture.name}: "${name}" holds 64-bit integers.`);
  return data;
}

/** A stored tensor, float32 or int32. */
export function tensor<T extends tf.Tensor = tf.Tensor>(fixture: Fixture, name: string): T {
  const { shape } = stored(fixture, name);
  const data = numbers(fixture, name);
  return tf.tensor(data as Float32Array, [...shape], data instanceof Float32Array ? 'float32' : 'int32') as T;
}
