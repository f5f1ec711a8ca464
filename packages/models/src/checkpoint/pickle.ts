import { open } from 'node:fs/promises';
import { ModelError } from '../errors.js';

/**
 * How PyTorch's files begin: as a zip archive, or before version 1.6 as a pickle of protocol 2 whose first object is a
 * long number. A safetensors file would have a header of 9 MB or more to begin so.
 */
const STARTS = [
  [0x50, 0x4b, 0x03, 0x04],
  [0x80, 0x02, 0x8a],
];

/** Python for `python3 -c`: a checkpoint of weights and of its training's settings, to its weights alone. */
const CONVERSION = [
  'import argparse, sys, torch',
  'from safetensors.torch import save_file',
  'torch.serialization.add_safe_globals([argparse.Namespace])',
  'd = torch.load(sys.argv[1], map_location="cpu", weights_only=True)',
  'd = d.get("model", d.get("module", d))',
  'save_file({k: v.contiguous().clone() for k, v in d.items()}, sys.argv[2])',
].join('; ');

/** @throws ModelError with `CHECKPOINT_PICKLED` when the file is PyTorch's: a pickle is a program, and none is run here. */
export async function refusePickle(path: string): Promise<void> {
  const file = await open(path);
  try {
    const start = new Uint8Array(4);
    await file.read(start, 0, start.length, 0);
    if (STARTS.some((bytes) => bytes.every((byte, place) => start[place] === byte))) throw pickled(path);
  } finally {
    await file.close();
  }
}

/** The error of a file of PyTorch's own form; it says how to convert it. */
export function pickled(path: string): ModelError {
  return new ModelError('CHECKPOINT_PICKLED', {
    where: path,
    expected: 'a safetensors file',
    received: "PyTorch's pickle",
    advice: `Convert it once: python3 -c '${CONVERSION}' ${path} model.safetensors`,
  });
}
