import type { FileHandle } from 'node:fs/promises';
import { optionTable, passing, showValue, text } from '@tgm/options';
import { ModelError } from '../errors.js';
import { isArrayOf, isRecord } from '../option-fields.js';
import { writeAtomically } from '../write-atomically.js';
import { elementBytes, encodeElements, type SafetensorsTensor, WRITABLE } from './dtype.js';
import { safetensorsFault } from './fault.js';
import { isCounts, LENGTH_BYTES, MAX_HEADER_BYTES } from './header.js';

/**
 * A tensor as it can be written. Numbers of `F16` are given with 32 bits, and the nearest ones with 16 are written: beyond 65,504 that is
 * infinity. `BF16` is read only.
 */
export type WritableTensor = Exclude<SafetensorsTensor, { dtype: 'BF16' }>;

type Tensors = Readonly<Record<string, WritableTensor>>;
type Metadata = Readonly<Record<string, string>>;

const table = optionTable(
  'writeSafetensors',
  {
    path: text(),
    tensors: passing('tensors by name', (value): value is Tensors => isRecord(value)),
    metadata: passing(
      'texts by name',
      (value): value is Metadata =>
        isRecord(value) && Object.values(value).every((entry) => typeof entry === 'string'),
    ),
  },
  ModelError,
);

/**
 * Writes a safetensors file, tensors in the order of the record, the data aligned to 8 bytes.
 *
 * The file appears whole or not at all: it is written under another name, flushed to the disk and renamed.
 * @throws ModelError with `OPTION_INVALID`, or `SAFETENSORS_INVALID` for a tensor of another type, or whose array is not of its
 *   type or does not have the elements of its shape; `FILE_FAILED` when the file cannot be written.
 */
export async function writeSafetensors(path: string, tensors: Tensors, metadata: Metadata): Promise<void> {
  table.check({ path, tensors, metadata });
  const header = encodeHeader(path, tensors, metadata);
  await writeAtomically(path, async (file) => {
    await writeAll(file, header);
    for (const { dtype, data } of Object.values(tensors)) await writeAll(file, encodeElements(dtype, data));
  });
}

function encodeHeader(path: string, tensors: Tensors, metadata: Metadata): Uint8Array {
  const entries: [string, unknown][] = [['__metadata__', metadata]];
  let offset = 0;
  for (const [name, tensor] of Object.entries(tensors)) {
    const where = `${path}, tensor "${name}"`;
    if (name === '__metadata__') throw safetensorsFault(where, 'another name', 'the name of the metadata');
    requireWritable(where, tensor);
    const { dtype, shape, data } = tensor;
    const elements = shape.reduce((product, dimension) => product * dimension, 1);
    if (data.length !== elements) {
      throw safetensorsFault(where, `${elements} numbers for ${dtype} [${shape}]`, `${data.length}`);
    }
    const bytes = elements * elementBytes(dtype)!;
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

function requireWritable(where: string, tensor: unknown): asserts tensor is WritableTensor {
  const { dtype, shape, data } = (isRecord(tensor) ? tensor : {}) as Partial<WritableTensor>;
  const array = typeof dtype === 'string' && Object.hasOwn(WRITABLE, dtype) ? WRITABLE[dtype] : undefined;
  if (!array) {
    throw safetensorsFault(where, `a dtype of ${Object.keys(WRITABLE).join(', ')}`, showValue(dtype));
  }
  if (!isCounts(shape)) throw safetensorsFault(where, 'a shape of whole numbers from 0', showValue(shape));
  if (!isArrayOf(data, array)) throw safetensorsFault(where, `${dtype} in a ${array}`, showValue(data));
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.byteLength) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(2 ** 30, bytes.byteLength - done));
    done += bytesWritten;
  }
}
