import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { counting, featureFolders, numbered } from './feature-folders.test-support.js';

const { folder, write } = featureFolders();

it('writes what NumPy reads', async () => {
  await write({ format: 'npy', examples: numbered(1, 2, 3), representations: { counting: counting(2, 2) } });
  const bytes = await readFile(join(folder(), 'shard-00000.npy'));
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x93NUMPY\x01\x00');
  const length = bytes[8]! + 256 * bytes[9]!;
  expect((10 + length) % 64).toBe(0);
  const header = bytes.subarray(10, 10 + length).toString('latin1');
  expect(header.trimEnd()).toBe("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2, 2), }");
  expect(header.endsWith('\n')).toBe(true);
  const numbers = Array.from({ length: 12 }, (_, at) => bytes.readFloatLE(10 + length + 4 * at));
  expect(numbers).toEqual([1000, 1001, 1002, 1003, 2000, 2001, 2002, 2003, 3000, 3001, 3002, 3003]);
  expect(bytes.length).toBe(10 + length + 48);
});

it('writes what the format of safetensors says', async () => {
  await write({ examples: numbered(1, 2), representations: { counting: counting(2) } });
  const bytes = await readFile(join(folder(), 'shard-00000.safetensors'));
  const length = Number(bytes.readBigUInt64LE(0));
  const { features } = JSON.parse(bytes.subarray(8, 8 + length).toString());
  expect(features).toEqual({ dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] });
  expect(Array.from({ length: 4 }, (_, at) => bytes.readFloatLE(8 + length + 4 * at))).toEqual([
    1000, 1001, 2000, 2001,
  ]);
  const record = JSON.parse(await readFile(join(folder(), 'shard-00000.json'), 'utf8'));
  expect(record).toMatchObject({ last: true, ids: ['1', '2'], labels: [null, null], leftOut: [] });
  const index = JSON.parse(await readFile(join(folder(), 'index.json'), 'utf8'));
  expect(index).toEqual({
    version: 1,
    format: 'safetensors',
    shardSize: 4,
    samples: 2,
    width: 2,
    tokens: null,
    parts: [{ name: 'counting', start: 0, width: 2, representation: { is: 'counting', width: 2 } }],
    examples: null,
  });
});
