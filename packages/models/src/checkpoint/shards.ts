import { basename, dirname, join } from 'node:path';
import { readFields } from '../config-fields.js';
import { CheckpointKeysError, ConfigError } from '../errors.js';
import type { SafetensorsTensor } from '../safetensors/dtype.js';
import { readSafetensors } from '../safetensors/read.js';
import { orNotFound, readJson } from './json-file.js';

/**
 * Reads all files that a model.safetensors.index.json names: its `weight_map` says which file holds which tensor.
 * @throws CheckpointNotFoundError, ConfigError, SafetensorsError, or CheckpointKeysError when a file does not hold just the
 *   tensors that the index gives to it.
 */
export async function readShards(index: string): Promise<Readonly<Record<string, SafetensorsTensor>>> {
  const json = await readJson(index);
  readFields(json, index).record('weight_map');
  const files = new Map<string, string[]>();
  for (const [name, file] of Object.entries((json as { weight_map: Record<string, unknown> }).weight_map)) {
    if (typeof file !== 'string' || file !== basename(file) || !file.endsWith('.safetensors')) {
      throw new ConfigError(index, `weight_map, ${name}`, 'a safetensors file of the same folder', file);
    }
    files.set(file, [...(files.get(file) ?? []), name]);
  }
  const all: [string, SafetensorsTensor][] = [];
  for (const [file, names] of files) {
    const path = join(dirname(index), file);
    const { tensors } = await orNotFound(path, readSafetensors(path));
    const missing = names.filter((name) => !Object.hasOwn(tensors, name));
    const unexpected = Object.keys(tensors).filter((name) => !names.includes(name));
    if (missing.length + unexpected.length > 0) throw new CheckpointKeysError(path, missing, unexpected, []);
    all.push(...Object.entries(tensors));
  }
  return Object.fromEntries(all);
}
