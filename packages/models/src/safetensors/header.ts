import { SafetensorsError } from '../errors.js';
import { elementBytes, type SafetensorsDtype } from './dtype.js';
import { duplicateKey } from './duplicate-key.js';

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
    throw new SafetensorsError(file, `expected at least ${LENGTH_BYTES} bytes, got ${start.byteLength}`);
  }
  const length = new DataView(start.buffer, start.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    throw new SafetensorsError(file, `the header may have ${MAX_HEADER_BYTES} bytes, it says ${length}`);
  }
  if (Number(length) > fileBytes - LENGTH_BYTES) {
    throw new SafetensorsError(
      file,
      `the header says ${length} bytes, ${fileBytes - LENGTH_BYTES} are there`,
    );
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
      throw new SafetensorsError(file, `tensor "${name}" starts at byte ${begin}, expected ${covered}`);
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    throw new SafetensorsError(file, `the tensors take ${covered} bytes of data, the file has ${dataBytes}`);
  }
  return { entries, metadata };
}

function parseJson(bytes: Uint8Array, file: string): object {
  let header: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
    const duplicate = duplicateKey(text);
    if (duplicate !== undefined) throw new SafetensorsError(file, `the header names "${duplicate}" twice`);
  } catch (cause) {
    if (cause instanceof SafetensorsError) throw cause;
    throw new SafetensorsError(file, `the header is no JSON in UTF-8 (${cause})`, { cause });
  }
  if (!isRecord(header)) throw new SafetensorsError(file, 'the header is no JSON object');
  return header;
}

function checkMetadata(value: unknown, file: string): Readonly<Record<string, string>> {
  if (!isRecord(value) || Object.values(value).some((text) => typeof text !== 'string')) {
    throw new SafetensorsError(file, '__metadata__ must be an object of strings');
  }
  return value as Record<string, string>;
}

function checkEntry(name: string, value: unknown, file: string): HeaderEntry {
  const wrong = (problem: string) => new SafetensorsError(file, `tensor "${name}": ${problem}`);
  if (!isRecord(value)) throw wrong('expected an object');
  const { dtype, shape, data_offsets: offsets } = value;
  const size = elementBytes(dtype);
  if (size === undefined) throw wrong(`dtype ${JSON.stringify(dtype)} is not read here`);
  if (!isCounts(shape)) throw wrong(`shape must be non-negative integers, got ${JSON.stringify(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw wrong(`data_offsets must be two non-negative integers, got ${JSON.stringify(offsets)}`);
  }
  let bytes = size;
  for (const dimension of shape) {
    bytes *= dimension;
    if (!Number.isSafeInteger(bytes)) throw wrong(`shape [${shape}] overflows`);
  }
  const [begin, end] = offsets as [number, number];
  if (end - begin !== bytes) {
    throw wrong(`${dtype} [${shape}] takes ${bytes} bytes, data_offsets [${offsets}] give ${end - begin}`);
  }
  return { name, dtype: dtype as SafetensorsDtype, shape, begin, end };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
