import type { FileHandle } from 'node:fs/promises';
import { writeAtomically } from '../write-atomically.js';
import { elementBytes, type SafetensorsTensor } from './dtype.js';
import { safetensorsFault } from './fault.js';
import { LENGTH_BYTES, MAX_HEADER_BYTES } from './header.js';

/** A tensor as it can be written: half floats are read only. */
export type WritableTensor = Exclude<SafetensorsTensor, { dtype: 'F16' | 'BF16' }>;

/**
 * Writes a safetensors file, tensors in the order of the record, the data aligned to 8 bytes.
 *
 * The file appears whole or not at all: it is written under another name, flushed to the disk and renamed.
 * @throws ModelError with `SAFETENSORS_INVALID` when an array does not have the elements of its shape.
 */
export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, WritableTensor>>,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const header = encodeHeader(path, tensors, metadata);
  await writeAtomically(path, async (file) => {
    await writeAll(file, header);
    for (const { data } of Object.values(tensors)) {
      await writeAll(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  });
}

function encodeHeader(
  path: string,
  tensors: Readonly<Record<string, WritableTensor>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const entries: [string, unknown][] = [['__metadata__', metadata]];
  let offset = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    const bytes = shape.reduce((product, dimension) => product * dimension, elementBytes(dtype)!);
    if (name === '__metadata__' || data.byteLength !== bytes) {
      throw safetensorsFault(
        `${path}, tensor "${name}"`,
        `${bytes} bytes for ${dtype} [${shape}]`,
        `${data.byteLength}`,
      );
    }
    entries.push([name, { dtype, shape, data_offsets: [offset, offset + bytes] }]);
    offset += bytes;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const length = Math.ceil(json.byteLength / 8) * 8;
  if (length > MAX_HEADER_BYTES) {
    throw safetensorsFault(path, `a header of at most ${MAX_HEADER_BYTES} bytes`, `${length}`);
  }
  const header = new Uint8Array(LENGTH_BYTES + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, LENGTH_BYTES);
  return header;
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.byteLength) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(2 ** 30, bytes.byteLength - done));
    done += bytesWritten;
  }
}
