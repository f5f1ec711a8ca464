import type { DamagedFile } from '@tgm/models';

/** An array of single-precision numbers, row-major. */
export interface FloatArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** "\x93NUMPY", and the version of the format behind it, 1.0. */
const MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0);

/** Bytes in front of the header: the magic, the version and the header's length, unsigned 16-bit little-endian. */
const PREFIX_BYTES = 10;

/** The data begin at a multiple of it. */
const ALIGNMENT = 64;

/**
 * What stands in a `.npy` file in front of the numbers, which are little-endian.
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function npyHeader(shape: readonly number[]): Uint8Array {
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const facts = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const bytes = Math.ceil((PREFIX_BYTES + facts.length + 1) / ALIGNMENT) * ALIGNMENT;
  const text = `${facts.padEnd(bytes - PREFIX_BYTES - 1)}\n`;
  const header = new Uint8Array(bytes);
  header.set(MAGIC);
  new DataView(header.buffer).setUint16(MAGIC.length, text.length, true);
  header.set(new TextEncoder().encode(text), PREFIX_BYTES);
  return header;
}

/**
 * Reads a `.npy` file as it is written here.
 * @throws what `damaged` makes of a file that is another.
 */
export function readNpy(path: string, bytes: Uint8Array, damaged: DamagedFile): FloatArray {
  const length =
    bytes.length < PREFIX_BYTES ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint16(8, true);
  const begin = PREFIX_BYTES + length;
  const header = new TextDecoder('latin1').decode(bytes.subarray(PREFIX_BYTES, begin));
  const found = /^\{'descr': '<f4', 'fortran_order': False, 'shape': \((\d+(?:, ?\d+)*),?\), \} *\n$/.exec(
    header,
  );
  if (!MAGIC.every((byte, at) => bytes[at] === byte) || !found)
    throw damaged(path, 'a .npy file of version 1.0 with 32-bit numbers in C order', JSON.stringify(header));
  const shape = found[1]!.split(',').map(Number);
  const size = shape.reduce((product, dimension) => product * dimension, 4);
  if (bytes.length - begin !== size)
    throw damaged(path, `${size} bytes of numbers for [${shape}]`, `${bytes.length - begin}`);
  // A copy begins at an aligned place of a buffer of its own; `slice` of a Buffer would make none.
  return { shape, values: new Float32Array(new Uint8Array(bytes.subarray(begin)).buffer) };
}
