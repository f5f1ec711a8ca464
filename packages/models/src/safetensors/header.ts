import { showValue } from '@tgm/options';
import { isRecord } from '../option-fields.js';
import { DTYPES, elementBytes, type SafetensorsDtype } from './dtype.js';
import { duplicateKey } from './duplicate-key.js';
import { safetensorsFault } from './fault.js';

/** Bytes of the number in front of the header: its length, unsigned 64-bit little-endian. */
export const LENGTH_BYTES = 8;

/** The limit of the format's reference implementation, in bytes. */
export const MAX_HEADER_BYTES = 100_000_000;

export interface HeaderEntry {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** Bytes from the start of the data, end exclusive. */
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  /** In the order of the data. */
  readonly entries: readonly HeaderEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes of the header, from the first 8 bytes of a file of `fileBytes` bytes. */
export function headerLength(start: Uint8Array, fileBytes: number, file: string): number {
  if (start.byteLength < LENGTH_BYTES) {
    throw safetensorsFault(file, `at least ${LENGTH_BYTES} bytes`, `${start.byteLength}`);
  }
  const length = new DataView(start.buffer, start.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    throw safetensorsFault(file, `a header of at most ${MAX_HEADER_BYTES} bytes`, `${length}`);
  }
  if (Number(length) > fileBytes - LENGTH_BYTES) {
    throw safetensorsFault(file, `a header of ${length} bytes`, `${fileBytes - LENGTH_BYTES} bytes`);
  }
  return Number(length);
}

/**
 * Reads and checks the JSON header: the entries cover the data without gap or overlap, and each one's bytes
 * are those of its type and shape. Format: https://github.com/huggingface/safetensors#format
 */
export function parseHeader(bytes: Uint8Array, dataBytes: number, file: string): Header {
  const header = parseJson(bytes, file);
  const entries: HeaderEntry[] = [];
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') metadata = checkMetadata(value, file);
    else entries.push(checkEntry(name, value, file));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== covered) {
      throw safetensorsFault(`${file}, tensor "${name}"`, `a start at byte ${covered}`, `${begin}`);
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    throw safetensorsFault(file, `${covered} bytes of data, which the tensors take`, `${dataBytes}`);
  }
  return { entries, metadata };
}

function parseJson(bytes: Uint8Array, file: string): object {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (cause) {
    throw safetensorsFault(`${file}, header`, 'JSON in UTF-8', String(cause), cause);
  }
  const duplicate = duplicateKey(text);
  if (duplicate !== undefined)
    throw safetensorsFault(`${file}, header`, 'each name once', `"${duplicate}" twice`);
  if (!isRecord(header)) throw safetensorsFault(`${file}, header`, 'a JSON object', showValue(header));
  return header;
}

function checkMetadata(value: unknown, file: string): Readonly<Record<string, string>> {
  if (!isRecord(value) || Object.values(value).some((text) => typeof text !== 'string')) {
    throw safetensorsFault(`${file}, __metadata__`, 'an object of strings', showValue(value));
  }
  return value as Record<string, string>;
}

function checkEntry(name: string, value: unknown, file: string): HeaderEntry {
  const wrong = (expected: string, received: string) =>
    safetensorsFault(`${file}, tensor "${name}"`, expected, received);
  if (!isRecord(value)) throw wrong('an object', showValue(value));
  const { dtype, shape, data_offsets: offsets } = value;
  const size = elementBytes(dtype);
  if (size === undefined) throw wrong(`a dtype of ${DTYPES.join(', ')}`, showValue(dtype));
  if (!isCounts(shape)) throw wrong('a shape of whole numbers from 0', showValue(shape));
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw wrong('data_offsets of two whole numbers from 0', showValue(offsets));
  }
  let bytes = size;
  for (const dimension of shape) {
    bytes *= dimension;
    if (!Number.isSafeInteger(bytes)) throw wrong('a shape that a file can hold', showValue(shape));
  }
  const [begin, end] = offsets as [number, number];
  if (end - begin !== bytes) {
    throw wrong(`${bytes} bytes for ${dtype} [${shape}]`, `data_offsets [${offsets}]`);
  }
  return { name, dtype: dtype as SafetensorsDtype, shape, begin, end };
}

export function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}
