import { type FileHandle, open } from 'node:fs/promises';
import { optionTable, text } from '@tgm/options';
import { ModelError } from '../errors.js';
import { orNotFound } from '../file-failed.js';
import { decodeElements, type SafetensorsTensor } from './dtype.js';
import { safetensorsFault } from './fault.js';
import { type Header, type HeaderEntry, headerLength, LENGTH_BYTES, parseHeader } from './header.js';

/** A file of which single tensors are read. It is opened for each call, so that there is nothing to close. */
export interface SafetensorsFile {
  /** In the order of the data. */
  readonly names: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * One tensor; undefined where the file has none of that name.
   * @throws ModelError with `SAFETENSORS_INVALID`, `CHECKPOINT_NOT_FOUND`, `FILE_FAILED`
   */
  read(name: string): Promise<SafetensorsTensor | undefined>;
  /** Several, in the order of the names. @throws as `read` */
  readSeveral(names: readonly string[]): Promise<(SafetensorsTensor | undefined)[]>;
}

const table = optionTable('openSafetensors', { path: text() }, ModelError);

/**
 * Reads the header of a safetensors file, which is checked as `readSafetensors` does.
 * @throws ModelError with `OPTION_INVALID`, `SAFETENSORS_INVALID`, `CHECKPOINT_NOT_FOUND`, `FILE_FAILED`
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  table.check({ path });
  const { header, dataStart } = await orNotFound(path, whileOpen(path, readHeader));
  const entries = new Map(header.entries.map((entry) => [entry.name, entry]));
  const readSeveral: SafetensorsFile['readSeveral'] = async (names) => {
    const found = names.map((name) => entries.get(name));
    const reading = whileOpen(path, (file) =>
      Promise.all(found.map((entry) => entry && readTensor(file, path, dataStart, entry))),
    );
    return orNotFound(path, reading);
  };
  return {
    names: [...entries.keys()],
    metadata: header.metadata,
    read: async (name) => (await readSeveral([name]))[0],
    readSeveral,
  };
}

export async function whileOpen<T>(
  path: string,
  use: (file: FileHandle, path: string) => Promise<T>,
): Promise<T> {
  const file = await open(path);
  try {
    return await use(file, path);
  } finally {
    await file.close();
  }
}

export async function readHeader(
  file: FileHandle,
  path: string,
): Promise<{ readonly header: Header; readonly dataStart: number }> {
  const { size } = await file.stat();
  const start = await readRange(file, 0, Math.min(size, LENGTH_BYTES), path);
  const length = headerLength(start, size, path);
  const dataStart = LENGTH_BYTES + length;
  const header = parseHeader(await readRange(file, LENGTH_BYTES, length, path), size - dataStart, path);
  return { header, dataStart };
}

export async function readTensor(
  file: FileHandle,
  path: string,
  dataStart: number,
  entry: HeaderEntry,
): Promise<SafetensorsTensor> {
  return tensorOf(entry, await readRange(file, dataStart + entry.begin, entry.end - entry.begin, path));
}

export function tensorOf({ dtype, shape }: HeaderEntry, bytes: Uint8Array): SafetensorsTensor {
  return { dtype, shape, data: decodeElements(dtype, bytes) } as SafetensorsTensor;
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
