import { existsSync, readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';

/** Reference figures, kept next to the repository; tests that need them are skipped where they are absent. */
const FOLDER = new URL('../../../../shared/fixtures/parity/', import.meta.url);

export const hasFixture = (name: string): boolean => existsSync(new URL(`${name}.safetensors`, FOLDER));

export const fixtureJson = (name: string) =>
  JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));

/** The tensors of a safetensors file, by name. Reads F32, I32 and U8. */
export function fixtureTensors(name: string): (tensor: string) => tf.Tensor {
  const file = readFileSync(new URL(`${name}.safetensors`, FOLDER));
  const headerEnd = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, headerEnd).toString('utf8'));
  return (tensor) => {
    const { dtype, shape, data_offsets: offsets } = header[tensor];
    const bytes = Uint8Array.from(file.subarray(headerEnd + offsets[0], headerEnd + offsets[1]));
    if (dtype === 'F32') return tf.tensor(new Float32Array(bytes.buffer), shape);
    return tf.tensor(dtype === 'I32' ? new Int32Array(bytes.buffer) : bytes, shape, 'int32');
  };
}
