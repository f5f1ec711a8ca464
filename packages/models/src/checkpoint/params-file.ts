import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  CheckpointKeysError,
  CheckpointNotFoundError,
  SafetensorsError,
  type ShapeMismatch,
} from '../errors.js';
import { type OfficialTensor, officialShape, takeOfficial } from '../official.js';
import type { ParameterSpec, Params } from '../params.js';
import type { SafetensorsTensor } from '../safetensors/dtype.js';
import { readSafetensors } from '../safetensors/read.js';
import { type WritableTensor, writeSafetensors } from '../safetensors/write.js';
import { orNotFound } from './json-file.js';
import { refusePickle } from './pickle.js';
import { readShards } from './shards.js';

/** What `loadParams` has to know of a model; `VideoMae`, `VideoMaeClassifier` and `Clip` have it. */
export interface ParameterLayout {
  readonly parameters: readonly ParameterSpec[];
  readonly official: readonly OfficialTensor[];
}

export const WEIGHTS = 'model.safetensors';

/**
 * What files hold besides parameters: position numbers of older library versions, and the three sizes in OpenAI's
 * CLIP files. No model reads them.
 */
const NO_PARAMETER = /(^|\.)position_ids$|^(input_resolution|context_length|vocab_size)$/;

/** Hugging Face's Video MAE calls the biases so since transformers 5. */
const BIASES: readonly [RegExp, string][] = [
  [/\.attention\.query\.bias$/, '.attention.q_bias'],
  [/\.attention\.value\.bias$/, '.attention.v_bias'],
];

type Tensors = Readonly<Record<string, SafetensorsTensor>>;
type Shapes = readonly { readonly name: string; readonly shape: readonly number[] }[];

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

/**
 * Reads exactly the parameters of a model, as float32 tensors that the caller disposes. Half-precision and double
 * numbers are converted.
 *
 * @param path a safetensors file, the model.safetensors.index.json of one in shards, or a folder with either. Names are
 *   Hugging Face's or those of the model's authors: MCG-NJU/VideoMAE, OpenGVLab/VideoMAEv2, openai/CLIP.
 * @throws CheckpointNotFoundError, PickleError, SafetensorsError, or CheckpointKeysError, which lists every tensor that is
 *   missing, unexpected or of another shape.
 */
export async function loadParams(path: string, model: ParameterLayout): Promise<Params> {
  const file = await weightsFile(path);
  return paramsFromTensors(
    file.endsWith('.json') ? await readShards(file) : await readOne(file),
    model,
    file,
  );
}

/**
 * The same from tensors that were read already.
 * @param where names them in messages.
 * @throws SafetensorsError, CheckpointKeysError
 */
export function paramsFromTensors(read: Tensors, model: ParameterLayout, where: string): Params {
  const tensors = named(read);
  const values = model.official.some(({ official, name }) => official !== name && tensors[official])
    ? fromOfficial(where, model, tensors)
    : fromOwn(where, model, tensors);
  return Object.fromEntries(
    model.parameters.map(({ name, shape }) => [name, tf.tensor(values[name]!, [...shape], 'float32')]),
  );
}

async function weightsFile(path: string): Promise<string> {
  if (!(await stat(path).catch(() => undefined))?.isDirectory()) return path;
  for (const name of [WEIGHTS, `${WEIGHTS}.index.json`, 'pytorch_model.bin']) {
    const file = join(path, name);
    if (await stat(file).catch(() => undefined)) return file;
  }
  throw new CheckpointNotFoundError(join(path, WEIGHTS));
}

async function readOne(file: string): Promise<Tensors> {
  await orNotFound(file, refusePickle(file));
  return (await orNotFound(file, readSafetensors(file))).tensors;
}

/** Without what is no parameter, and under the older names of biases. */
function named(tensors: Tensors): Tensors {
  const entries = Object.entries(tensors).filter(([name]) => !NO_PARAMETER.test(name));
  return Object.fromEntries(
    entries.map(([name, tensor]) => [
      BIASES.reduce((renamed, [from, to]) => renamed.replace(from, to), name),
      tensor,
    ]),
  );
}

function fromOwn(file: string, { parameters }: ParameterLayout, tensors: Tensors) {
  requireTensors(file, parameters, tensors, unexpectedIn(tensors, parameters));
  return Object.fromEntries(parameters.map(({ name }) => [name, floats(file, name, tensors[name]!)]));
}

function fromOfficial(file: string, { parameters, official }: ParameterLayout, tensors: Tensors) {
  const rows = new Map(official.map((row) => [row.name, row]));
  const shapes = new Map(
    parameters.map(({ name, shape }) => [rows.get(name)!.official, officialShape(rows.get(name)!, shape)]),
  );
  const expected = [...shapes].map(([name, shape]) => ({ name, shape }));
  requireTensors(file, expected, tensors, unexpectedIn(tensors, expected));
  const whole = new Map(expected.map(({ name }) => [name, floats(file, name, tensors[name]!)]));
  return Object.fromEntries(
    parameters.map(({ name, shape }) => {
      const row = rows.get(name)!;
      return [name, takeOfficial(row, shape, whole.get(row.official)!)];
    }),
  );
}

function unexpectedIn(tensors: Tensors, expected: Shapes): string[] {
  const known = new Set(expected.map(({ name }) => name));
  return Object.keys(tensors).filter((name) => !known.has(name));
}

function floats(file: string, name: string, { dtype, data }: SafetensorsTensor): Float32Array {
  const values = data instanceof Float64Array ? Float32Array.from(data) : data;
  if (!(values instanceof Float32Array)) {
    throw new SafetensorsError(file, `tensor "${name}": expected floating-point numbers, got ${dtype}`);
  }
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong === -1) return values;
  throw new SafetensorsError(file, `tensor "${name}": number ${wrong} is not finite`);
}

function requireTensors(
  where: string,
  expected: Shapes,
  tensors: Readonly<Record<string, { readonly shape: readonly number[] }>>,
  unexpected: readonly string[],
): void {
  const missing: string[] = [];
  const mismatched: ShapeMismatch[] = [];
  for (const { name, shape } of expected) {
    const got = tensors[name]?.shape;
    if (got === undefined) missing.push(name);
    else if (got.length !== shape.length || got.some((size, axis) => size !== shape[axis])) {
      mismatched.push({ name, expected: shape, got });
    }
  }
  if (missing.length + unexpected.length + mismatched.length > 0) {
    throw new CheckpointKeysError(where, missing, unexpected, mismatched);
  }
}
