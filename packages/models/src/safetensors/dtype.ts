import { narrowF16, widenF16 } from './float16.js';

/** The element types of the safetensors format that are read here. */
export type SafetensorsDtype = 'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'U8' | 'BOOL';

/** The arrays that elements are read into: half floats are widened to 32 bits, booleans are 0 or 1. */
export interface SafetensorsArrays {
  F64: Float64Array;
  F32: Float32Array;
  F16: Float32Array;
  BF16: Float32Array;
  I64: BigInt64Array;
  I32: Int32Array;
  U8: Uint8Array;
  BOOL: Uint8Array;
}

/** One tensor of a file. `dtype` is what the file stores, `data` what it reads as, row-major. */
export type SafetensorsTensor = {
  [D in SafetensorsDtype]: {
    readonly dtype: D;
    readonly shape: readonly number[];
    readonly data: SafetensorsArrays[D];
  };
}[SafetensorsDtype];

const BYTES: Readonly<Record<SafetensorsDtype, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  U8: 1,
  BOOL: 1,
};

/** Names of the typed arrays that are written. bfloat16 is read only. */
export const WRITABLE = {
  F64: 'Float64Array',
  F32: 'Float32Array',
  F16: 'Float32Array',
  I64: 'BigInt64Array',
  I32: 'Int32Array',
  U8: 'Uint8Array',
  BOOL: 'Uint8Array',
} as const satisfies Partial<Record<SafetensorsDtype, string>>;

/** The types that are read. */
export const DTYPES = Object.keys(BYTES);

/** Bytes of one stored element; undefined for a type that is not read here. */
export function elementBytes(dtype: unknown): number | undefined {
  return typeof dtype === 'string' && Object.hasOwn(BYTES, dtype)
    ? BYTES[dtype as SafetensorsDtype]
    : undefined;
}

/** The elements of little-endian `bytes`, whose length is a whole number of elements. */
export function decodeElements<D extends SafetensorsDtype>(
  dtype: D,
  bytes: Uint8Array,
): SafetensorsArrays[D] {
  // A copy starts at an aligned offset of a buffer of its own.
  const aligned = bytes.byteOffset % BYTES[dtype] === 0 ? bytes : bytes.slice();
  const count = aligned.byteLength / BYTES[dtype];
  const { buffer, byteOffset } = aligned;
  const arrays: { [K in SafetensorsDtype]: () => SafetensorsArrays[K] } = {
    F64: () => new Float64Array(buffer, byteOffset, count),
    F32: () => new Float32Array(buffer, byteOffset, count),
    F16: () => widenF16(new Uint16Array(buffer, byteOffset, count)),
    BF16: () => widenBf16(new Uint16Array(buffer, byteOffset, count)),
    I64: () => new BigInt64Array(buffer, byteOffset, count),
    I32: () => new Int32Array(buffer, byteOffset, count),
    U8: () => aligned,
    BOOL: () => aligned,
  };
  return arrays[dtype]();
}

/** The bytes of elements of a type that is written, little-endian. */
export function encodeElements(dtype: keyof typeof WRITABLE, data: ArrayBufferView): Uint8Array {
  const { buffer, byteOffset, byteLength } = dtype === 'F16' ? narrowF16(data as Float32Array) : data;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** bfloat16 is the upper half of a binary32. */
export function widenBf16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return new Float32Array(bits.buffer);
}
