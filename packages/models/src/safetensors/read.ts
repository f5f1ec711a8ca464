import { type FileHandle, open } from 'node:fs/promises';
import { eitherOf, optionTable, text } from '@tgm/options';
import { ModelError } from '../errors.js';
import { orNotFound } from '../file-failed.js';
import { bytes } from '../option-fields.js';
import { decodeElements, type SafetensorsTensor } from './dtype.js';
import { safetensorsFault } from './fault.js';
import { type HeaderEntry, headerLength, LENGTH_BYTES, parseHeader } from './header.js';

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

async function readFile(path: string): Promise<Safetensors> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const start = await readRange(file, 0, Math.min(size, LENGTH_BYTES), path);
    const length = headerLength(start, size, path);
    const dataStart = LENGTH_BYTES + length;
    const header = parseHeader(await readRange(file, LENGTH_BYTES, length, path), size - dataStart, path);
    const tensors: [string, SafetensorsTensor][] = [];
    for (const entry of header.entries) {
      const bytes = await readRange(file, dataStart + entry.begin, entry.end - entry.begin, path);
      tensors.push([entry.name, tensorOf(entry, bytes)]);
    }
    return { tensors: Object.fromEntries(tensors), metadata: header.metadata };
  } finally {
    await file.close();
  }
}

/** One read takes at most 1 GiB, below the 2 GiB that a single call can. */
const READ_BYTES = 2 ** 30;

async function readRange(file: FileHandle, begin: number, length: number, path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, Math.min(READ_BYTES, length - done), begin + done);
    if (bytesRead === 0) throw safetensorsFault(path, `${begin + length} bytes`, `${begin + done}`);
    done += bytesRead;
  }
  return bytes;
}

function tensorOf({ dtype, shape }: HeaderEntry, bytes: Uint8Array): SafetensorsTensor {
  return { dtype, shape, data: decodeElements(dtype, bytes) } as SafetensorsTensor;
}
