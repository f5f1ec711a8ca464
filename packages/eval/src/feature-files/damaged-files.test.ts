import { createHash } from 'node:crypto';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { featureFolder } from './feature-folder.js';
import { featureFolders } from './feature-folders.test-support.js';
import { npyHeader, readNpy } from './npy.js';
import { readFeatures } from './read-features.js';

const { folder: current, write } = featureFolders();
let folder: string;
beforeEach(() => {
  folder = current();
});

describe('files that are not as they were written', () => {
  const numbers = (shard: number) => join(folder, `shard-0000${shard}.safetensors`);
  const record = (shard: number) => join(folder, `shard-0000${shard}.json`);

  it('are told by the reader, and not gone on from', async () => {
    await write();
    const bytes = await readFile(numbers(1));
    await writeFile(numbers(1), bytes.subarray(0, -4));
    await expect(readFeatures(folder)).rejects.toMatchObject({ code: 'FEATURES_DAMAGED', where: numbers(1) });
    await expect(write()).rejects.toMatchObject({ code: 'FEATURES_DAMAGED', where: numbers(1) });
    const flipped = Uint8Array.from(bytes, (byte, at) => (at === bytes.length - 3 ? byte ^ 1 : byte));
    await writeFile(numbers(1), flipped);
    await expect(readFeatures(folder)).rejects.toMatchObject({ code: 'FEATURES_DAMAGED', where: numbers(1) });
    await rm(numbers(1));
    await expect(readFeatures(folder)).rejects.toMatchObject({ received: 'no file' });
    await expect(write()).rejects.toMatchObject({ code: 'FEATURES_DAMAGED', received: 'no file' });
    // The way out that the error names.
    await rm(record(1));
    await write();
    expect(await readFile(numbers(1))).toEqual(bytes);
  });

  it('include records and the index', async () => {
    await write();
    const text = await readFile(record(2), 'utf8');
    const { sha256: _, ...written } = JSON.parse(text);
    const { ids, ...facts } = written;
    /** With the checksum of what it says. */
    const sealed = (changed: object) =>
      JSON.stringify({
        ...changed,
        sha256: createHash('sha256').update(JSON.stringify(changed)).digest('hex'),
      });
    expect(`${sealed(written)}\n`).toBe(text);
    for (const wrong of [
      text.slice(0, -9),
      '7',
      'null',
      '[]',
      JSON.stringify(written),
      sealed(facts),
      sealed({ ...facts, ids: [] }),
      sealed({ ...facts, ids, more: 1 }),
      sealed({ ...facts, ids: ['clip 0', 'clip 9'] }),
    ]) {
      await writeFile(record(2), wrong);
      await expect(readFeatures(folder), wrong).rejects.toMatchObject({ code: 'FEATURES_DAMAGED' });
    }
    await writeFile(record(2), sealed({ ...written, index: 'another' }));
    await expect(readFeatures(folder)).rejects.toMatchObject({ code: 'FEATURES_DIFFER', where: record(2) });
    await expect(write()).rejects.toMatchObject({ code: 'FEATURES_DIFFER', where: record(2) });
    await writeFile(record(2), sealed({ ...written, labels: [0, null] }));
    await expect(readFeatures(folder)).rejects.toMatchObject({ code: 'LABELS_MISMATCH' });

    const index = join(folder, 'index.json');
    const whole = JSON.parse(await readFile(index, 'utf8'));
    for (const [wrong, code] of [
      [{ ...whole, version: 2 }, 'FEATURES_DIFFER'],
      [{ ...whole, width: 0 }, 'FEATURES_DAMAGED'],
      [{ ...whole, parts: [] }, 'FEATURES_DAMAGED'],
      [null, 'FEATURES_DAMAGED'],
    ] as const) {
      await writeFile(index, JSON.stringify(wrong));
      await expect(readFeatures(folder)).rejects.toMatchObject({ code });
      await expect(write()).rejects.toMatchObject({ code });
    }
    await expect(readFeatures(folder)).rejects.toThrow('Remove it, and call `writeFeatures` as before');
    await rm(index);
    await expect(readFeatures(folder)).rejects.toMatchObject({ code: 'FEATURES_MISSING', where: index });
  });

  it.each([
    ['a label', '"labels":[0,1,0,1]', '"labels":[1,1,0,1]', 0],
    ['an id', '"clip 5"', '"blip 5"', 1],
    ['the end', '"last":false', '"last":true', 1],
    ['a reason', '"leftOut":[]', '"leftOut":[{"id":"a","code":"b","message":"c"}]', 0],
    ['a digit of the index', '"index":"', '"index":"0', 2],
  ])('include a record of which %s was changed', async (_, from, to, shard) => {
    await write();
    const text = await readFile(record(shard), 'utf8');
    expect(text).toContain(from);
    await writeFile(record(shard), text.replace(from, to));
    const refusal = {
      code: 'FEATURES_DAMAGED',
      where: record(shard),
      expected: expect.stringContaining('contents with the SHA-256'),
    };
    await expect(readFeatures(folder)).rejects.toMatchObject(refusal);
    await expect(write()).rejects.toMatchObject(refusal);
  });

  it('include those of a shard behind the last one', async () => {
    await write();
    await copyFile(numbers(2), numbers(3));
    await expect(readFeatures(folder)).rejects.toMatchObject({
      code: 'FEATURES_DAMAGED',
      where: numbers(3),
      expected: 'no shard behind number 2, which is the last',
    });
    await rm(numbers(3));
    expect((await readFeatures(folder)).count).toBe(10);
  });

  it('of a .npy file say what they are not', async () => {
    const { damaged } = featureFolder(folder);
    const good = Buffer.concat([npyHeader([2]), Buffer.alloc(8)]);
    expect(readNpy('x.npy', good, damaged).shape).toEqual([2]);
    const wrong = [
      Buffer.alloc(0),
      good.subarray(0, 20),
      Buffer.concat([good, Buffer.alloc(4)]),
      Buffer.from(good.toString('latin1').replace('<f4', '>f4'), 'latin1'),
      Buffer.from(good.toString('latin1').replace('False', 'True '), 'latin1'),
      Buffer.concat([Buffer.of(0x92), good.subarray(1)]),
    ];
    for (const bytes of wrong)
      expect(() => readNpy('x.npy', bytes, damaged)).toThrow(
        expect.objectContaining({ code: 'FEATURES_DAMAGED', where: 'x.npy' }),
      );
  });
});
