import { basename, dirname, join } from 'node:path';
import { showValue } from '@tgm/options';
import { CheckpointKeysError, ModelError } from '../errors.js';
import type { SafetensorsTensor } from '../safetensors/dtype.js';
import { readSafetensors } from '../safetensors/read.js';
import { readJson } from './json-file.js';

/**
 * Reads all files that a model.safetensors.index.json names: its `weight_map` says which file holds which tensor.
 * @throws ModelError with `CHECKPOINT_NOT_FOUND`, `FILE_FAILED`, `CONFIG_INVALID` or `SAFETENSORS_INVALID`; CheckpointKeysError when a file
 *   does not hold just the tensors that the index gives to it.
 */
export async function readShards(index: string): Promise<Readonly<Record<string, SafetensorsTensor>>> {
  const { weight_map: map } = (await readJson(index)) as { readonly weight_map?: unknown };
  const wrong = (key: string, expected: string, received: unknown) =>
    new ModelError('CONFIG_INVALID', {
      where: `${index}, key ${key}`,
      expected,
      received: showValue(received),
    });
  if (typeof map !== 'object' || map === null) throw wrong('weight_map', 'an object', map);
  const files = new Map<string, string[]>();
  for (const [name, file] of Object.entries(map)) {
    if (typeof file !== 'string' || file !== basename(file) || !file.endsWith('.safetensors')) {
      throw wrong(`weight_map, ${name}`, 'a safetensors file of the same folder', file);
    }
    files.set(file, [...(files.get(file) ?? []), name]);
  }
  const all: [string, SafetensorsTensor][] = [];
  for (const [file, names] of files) {
    const path = join(dirname(index), file);
    const { tensors } = await readSafetensors(path);
    const missing = names.filter((name) => !Object.hasOwn(tensors, name));
    const unexpected = Object.keys(tensors).filter((name) => !names.includes(name));
    if (missing.length + unexpected.length > 0) {
      throw new CheckpointKeysError(path, { missing, unexpected, mismatched: [] });
    }
    all.push(...Object.entries(tensors));
  }
  return Object.fromEntries(all);
}
