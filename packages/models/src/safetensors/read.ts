import { eitherOf, optionTable, text } from '@tgm/options';
import { ModelError } from '../errors.js';
import { orNotFound } from '../file-failed.js';
import { bytes } from '../option-fields.js';
import type { SafetensorsTensor } from './dtype.js';
import { headerLength, LENGTH_BYTES, parseHeader } from './header.js';
import { readHeader, readTensor, tensorOf, whileOpen } from './open.js';

export interface Safetensors {
  readonly tensors: Readonly<Record<string, SafetensorsTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const table = optionTable(
  'readSafetensors',
  { source: eitherOf('a path or bytes', text(), bytes()) },
  ModelError,
);

/**
 * Reads a safetensors file, from a path or from its bytes.
 *
 * Every rule of the format is checked: the header's size (100 MB at most) and JSON, no name twice, a known
 * type, bytes that agree with type and shape, and data without gap, overlap or rest.
 * @throws ModelError with `OPTION_INVALID`, or `SAFETENSORS_INVALID` when a rule is broken, `CHECKPOINT_NOT_FOUND`
 *   when there is no such file, `FILE_FAILED` when it cannot be read.
 */
export async function readSafetensors(source: string | Uint8Array): Promise<Safetensors> {
  table.check({ source });
  return typeof source === 'string' ? orNotFound(source, readFile(source)) : readBytes(source);
}

function readBytes(bytes: Uint8Array): Safetensors {
  const length = headerLength(bytes, bytes.byteLength, 'bytes');
  const data = bytes.subarray(LENGTH_BYTES + length);
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length), data.byteLength, 'bytes');
  const tensors = header.entries.map((entry) => [
    entry.name,
    // A copy, so that the tensors do not change with the caller's bytes.
    tensorOf(entry, data.slice(entry.begin, entry.end)),
  ]);
  return { tensors: Object.fromEntries(tensors), metadata: header.metadata };
}

const readFile = (path: string): Promise<Safetensors> =>
  whileOpen(path, async (file) => {
    const { header, dataStart } = await readHeader(file, path);
    const tensors: [string, SafetensorsTensor][] = [];
    for (const entry of header.entries)
      tensors.push([entry.name, await readTensor(file, path, dataStart, entry)]);
    return { tensors: Object.fromEntries(tensors), metadata: header.metadata };
  });
