import { open } from 'node:fs/promises';
import { PickleError } from '../errors.js';

/**
 * How PyTorch's files begin: as a zip archive, or before version 1.6 as a pickle of protocol 2 whose first object is a
 * long number. A safetensors file would have a header of 9 MB or more to begin so.
 */
const STARTS = [
  [0x50, 0x4b, 0x03, 0x04],
  [0x80, 0x02, 0x8a],
];

/** @throws PickleError when the file is PyTorch's: a pickle is a program, and none is run here. */
export async function refusePickle(path: string): Promise<void> {
  const file = await open(path);
  try {
    const start = new Uint8Array(4);
    await file.read(start, 0, start.length, 0);
    const isPickle = STARTS.some((bytes) => bytes.every((byte, place) => start[place] === byte));
    if (isPickle) throw new PickleError(path);
  } finally {
    await file.close();
  }
}
