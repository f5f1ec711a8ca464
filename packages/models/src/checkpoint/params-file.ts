import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { optionTable, passing, text } from '@tgm/options';
import { ModelError } from '../errors.js';
import { notFound, orNotFound } from '../file-failed.js';
import { type OfficialTensor, officialShape, takeOfficial } from '../official.js';
import { isRecord } from '../option-fields.js';
import { type NamedShape, type ParameterSpec, type Params, requireParams } from '../params.js';
import type { SafetensorsTensor } from '../safetensors/dtype.js';
import { safetensorsFault } from '../safetensors/fault.js';
import { readSafetensors } from '../safetensors/read.js';
import { type WritableTensor, writeSafetensors } from '../safetensors/write.js';
import { pickled, refusePickle } from './pickle.js';
import { readShards } from './shards.js';
import { expectedNames } from './tensor-names.js';

/** What `loadParams` has to know of a model; `VideoMae`, `VideoMaeEncoder`, `VideoMaeClassifier` and `ClipModel` have it. */
export interface ParameterLayout {
  readonly parameters: readonly ParameterSpec[];
  readonly official: readonly OfficialTensor[];
  /** Names of tensors of other parts, which are let pass. */
  readonly otherParts?: RegExp;
}

export const WEIGHTS = 'model.safetensors';

type Tensors = Readonly<Record<string, SafetensorsTensor>>;

const layout = passing(
  'a model (with parameters and official, two lists)',
  (value): value is ParameterLayout =>
    isRecord(value) && Array.isArray(value.parameters) && Array.isArray(value.official),
);
const fromFile = optionTable('loadParams', { path: text(), model: layout }, ModelError);
const fromTensors = optionTable(
  'paramsFromTensors',
  {
    read: passing('tensors by name', (value): value is Tensors => isRecord(value)),
    model: layout,
    where: text(),
  },
  ModelError,
);

/** Writes the parameters of the list, in float32; others in the record are not the model's. */
export async function saveParams(
  path: string,
  specs: readonly ParameterSpec[],
  params: Params,
): Promise<void> {
  requireParams('The parameters to save', specs, params);
  const tensors: Record<string, WritableTensor> = {};
  for (const { name, shape } of specs) {
    tensors[name] = { dtype: 'F32', shape, data: (await params[name]!.data()) as Float32Array };
  }
  // Hugging Face's loader wants to know that the layout is PyTorch's.
  await writeSafetensors(path, tensors, { format: 'pt' });
}

/**
 * Reads exactly the parameters of a model, as float32 tensors that the caller disposes. Half-precision and double
 * numbers are converted.
 *
 * @param path a safetensors file, the model.safetensors.index.json of one in shards, or a folder with either. Names are
 *   Hugging Face's or those of the model's authors: MCG-NJU/VideoMAE, OpenGVLab/VideoMAEv2, openai/CLIP. Prefixes
 *   that training programs put before them are taken off.
 * @throws ModelError with `OPTION_INVALID`, `CHECKPOINT_NOT_FOUND`, `FILE_FAILED`, `CHECKPOINT_PICKLED`,
 *   `CONFIG_INVALID` or `SAFETENSORS_INVALID`;
 *   CheckpointKeysError, which lists every tensor that is missing, unexpected or of another shape.
 */
export async function loadParams(path: string, model: ParameterLayout): Promise<Params> {
  fromFile.check({ path, model });
  const file = await weightsFile(path);
  return paramsFromTensors(await readTensors(file), model, file);
}

/** The tensors of a safetensors file, or of the shards that an index names. */
export async function readTensors(file: string): Promise<Tensors> {
  return file.endsWith('.json') ? readShards(file) : readOne(file);
}

/**
 * The same from tensors that were read already.
 * @param where names them in messages.
 * @throws ModelError with `OPTION_INVALID` or `SAFETENSORS_INVALID`; CheckpointKeysError
 */
export function paramsFromTensors(read: Tensors, model: ParameterLayout, where: string): Params {
  fromTensors.check({ read, model, where });
  const ownNames = model.parameters.map(({ name }) => name);
  const own = renamed(read, ownNames);
  const officialNames = model.official.map(({ official }) => official);
  const official = renamed(read, officialNames);
  const values =
    matches(official, officialNames) > matches(own, ownNames)
      ? fromOfficial(where, model, official)
      : fromOwn(where, model, own);
  return Object.fromEntries(
    model.parameters.map(({ name, shape }) => [name, tf.tensor(values[name]!, [...shape], 'float32')]),
  );
}

function renamed(tensors: Tensors, expected: readonly string[]): Tensors {
  const names = expectedNames(tensors, expected);
  return Object.fromEntries([...names].map(([name, stored]) => [name, tensors[stored]!]));
}

function matches(tensors: Tensors, names: readonly string[]): number {
  return new Set(names.filter((name) => Object.hasOwn(tensors, name))).size;
}

async function weightsFile(path: string): Promise<string> {
  if (!(await stat(path).catch(() => undefined))?.isDirectory()) return path;
  const isThere = async (name: string) => (await stat(join(path, name)).catch(() => undefined)) !== undefined;
  for (const name of [WEIGHTS, `${WEIGHTS}.index.json`]) if (await isThere(name)) return join(path, name);
  for (const name of ['pytorch_model.bin', 'pytorch_model.bin.index.json']) {
    if (await isThere(name)) throw pickled(join(path, name));
  }
  throw notFound(join(path, WEIGHTS));
}

async function readOne(file: string): Promise<Tensors> {
  await orNotFound(file, refusePickle(file));
  return (await readSafetensors(file)).tensors;
}

function fromOwn(file: string, { parameters, otherParts }: ParameterLayout, tensors: Tensors) {
  requireParams(file, parameters, tensors, unexpectedIn(tensors, parameters, otherParts));
  return Object.fromEntries(parameters.map(({ name }) => [name, floats(file, name, tensors[name]!)]));
}

function fromOfficial(file: string, { parameters, official, otherParts }: ParameterLayout, tensors: Tensors) {
  const rows = new Map(official.map((row) => [row.name, row]));
  const shapes = new Map(
    parameters.map(({ name, shape }) => [rows.get(name)!.official, officialShape(rows.get(name)!, shape)]),
  );
  const expected = [...shapes].map(([name, shape]) => ({ name, shape }));
  requireParams(file, expected, tensors, unexpectedIn(tensors, expected, otherParts));
  const whole = new Map(expected.map(({ name }) => [name, floats(file, name, tensors[name]!)]));
  return Object.fromEntries(
    parameters.map(({ name, shape }) => {
      const row = rows.get(name)!;
      return [name, takeOfficial(row, shape, whole.get(row.official)!)];
    }),
  );
}

function unexpectedIn(tensors: Tensors, expected: readonly NamedShape[], otherParts?: RegExp): string[] {
  const known = new Set(expected.map(({ name }) => name));
  return Object.keys(tensors).filter((name) => !known.has(name) && !otherParts?.test(name));
}

function floats(file: string, name: string, { dtype, data }: SafetensorsTensor): Float32Array {
  const values = data instanceof Float64Array ? Float32Array.from(data) : data;
  if (!(values instanceof Float32Array)) {
    throw safetensorsFault(`${file}, tensor "${name}"`, 'floating-point numbers', dtype);
  }
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong === -1) return values;
  throw safetensorsFault(`${file}, tensor "${name}"`, 'finite numbers', `${values[wrong]} at ${wrong}`);
}
