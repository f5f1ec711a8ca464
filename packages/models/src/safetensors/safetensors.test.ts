import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@tgm/masking';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelError } from '../errors.js';
import { widenBf16 } from './dtype.js';
import { openSafetensors } from './open.js';
import { readSafetensors } from './read.js';
import { type WritableTensor, writeSafetensors } from './write.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A file from its header as text and its data. */
function fileOf(header: string, data: number[] = []): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const everyType: Record<string, WritableTensor> = {
  'a.weight': { dtype: 'F32', shape: [2, 3], data: Float32Array.of(0, -0, 1.5, -2e-38, Infinity, 3) },
  bytes: { dtype: 'U8', shape: [3], data: Uint8Array.of(0, 128, 255) },
  flags: { dtype: 'BOOL', shape: [2, 1], data: Uint8Array.of(1, 0) },
  step: { dtype: 'I64', shape: [], data: BigInt64Array.of(-(2n ** 60n)) },
  double: { dtype: 'F64', shape: [2], data: Float64Array.of(Math.PI, -0) },
  half: { dtype: 'F16', shape: [3], data: Float32Array.of(-2, 65504, 2 ** -24) },
  whole: { dtype: 'I32', shape: [1, 2], data: Int32Array.of(-7, 2 ** 31 - 1) },
  none: { dtype: 'F32', shape: [0, 4], data: new Float32Array(0) },
};

describe('writeSafetensors and readSafetensors', () => {
  it('give back every type bit for bit, from a path and from bytes', async () => {
    const path = join(folder, 'every.safetensors');
    await writeSafetensors(path, everyType, { format: 'pt', note: 'üñí "quoted"' });
    const bytes = new Uint8Array(await readFile(path));
    for (const source of [path, bytes]) {
      const { tensors, metadata } = await readSafetensors(source);
      expect(tensors).toEqual(everyType);
      expect(metadata).toEqual({ format: 'pt', note: 'üñí "quoted"' });
    }
  });

  it('reads single tensors of a file by their names', async () => {
    const path = join(folder, 'single.safetensors');
    await writeSafetensors(path, everyType, { of: 'every' });
    const file = await openSafetensors(path);
    expect(file).toMatchObject({ names: Object.keys(everyType), metadata: { of: 'every' } });
    for (const name of ['step', 'half', 'a.weight', 'none'])
      expect(await file.read(name)).toEqual(everyType[name]);
    expect(await file.readSeveral(['half', 'absent', 'step'])).toEqual([
      everyType.half,
      undefined,
      everyType.step,
    ]);
    expect(await file.read('toString')).toBeUndefined();
    await truncate(path, (await stat(path)).size - 1);
    await expect(file.read('whole')).rejects.toMatchObject({ code: 'SAFETENSORS_INVALID' });
    await expect(openSafetensors(path)).rejects.toMatchObject({ code: 'SAFETENSORS_INVALID' });
    await expect(openSafetensors(join(folder, 'absent'))).rejects.toMatchObject({
      code: 'CHECKPOINT_NOT_FOUND',
    });
  });

  it('pads the header to 8 bytes and leaves no other file', async () => {
    const path = join(folder, 'padded.safetensors');
    await writeSafetensors(path, { x: everyType.bytes! }, {});
    const bytes = await readFile(path);
    const length = Number(bytes.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    expect(JSON.parse(bytes.subarray(8, 8 + length).toString())).toEqual({
      __metadata__: {},
      x: { dtype: 'U8', shape: [3], data_offsets: [0, 3] },
    });
    expect((await readdir(folder)).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('keeps the old file when the new one cannot be written', async () => {
    const path = join(folder, 'kept.safetensors');
    await writeSafetensors(path, { x: everyType.bytes! }, {});
    const before = await readFile(path);
    const broken: WritableTensor = { dtype: 'F32', shape: [3], data: new Float32Array(2) };
    await expect(writeSafetensors(path, { broken }, {})).rejects.toThrow(
      'tensor "broken": expected 3 numbers for F32 [3], got 2',
    );
    expect(await readFile(path)).toEqual(before);
  });
});

describe('a write that fails at the end', () => {
  it('writes two files of one path one after the other, each whole', async () => {
    const path = join(folder, 'twice.safetensors');
    const large = (value: number) => ({
      x: { dtype: 'F32', shape: [100_000], data: new Float32Array(100_000).fill(value) } as const,
    });
    await Promise.all([1, 2, 3].map((value) => writeSafetensors(path, large(value), {})));
    const { data } = (await readSafetensors(path)).tensors.x!;
    expect(new Set(data as Float32Array).size).toBe(1);
  });

  it('takes its partial file away', async () => {
    const path = join(folder, 'taken');
    await mkdir(join(path, 'inside'), { recursive: true }); // no file can be renamed onto a full folder
    await expect(writeSafetensors(path, everyType, {})).rejects.toThrow();
    expect((await readdir(folder)).filter((name) => name.includes('partial'))).toEqual([]);
  });
});

describe('half floats', () => {
  it('widens bfloat16', () => {
    expect([...widenBf16(Uint16Array.of(0x3f80, 0xc000, 0x4049, 0xff80))]).toEqual([
      1,
      -2,
      3.140625,
      -Infinity,
    ]);
  });

  it('reads them from a file at any alignment', async () => {
    const header =
      '{"b":{"dtype":"BF16","shape":[1],"data_offsets":[3,5]},' +
      '"u":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"h":{"dtype":"F16","shape":[],"data_offsets":[1,3]}}';
    const { tensors } = await readSafetensors(fileOf(header, [9, 0x00, 0xc0, 0x80, 0x3f]));
    expect([...tensors.h!.data, ...tensors.b!.data, ...tensors.u!.data]).toEqual([-2, 1, 9]);
    expect(tensors.h).toMatchObject({ dtype: 'F16', shape: [] });
  });
});

describe('readSafetensors refuses', () => {
  const one = (fields: string) => `{"x":{${fields}}}`;
  it.each([
    ['no header length', new Uint8Array(7)],
    ['a header longer than the file', fileOf('{}').subarray(0, 9)],
    ['a header above 100 MB', Uint8Array.of(1, 0xe1, 0xf5, 5, 0, 0, 0, 0)],
    ['a length of 64 bits', new Uint8Array(8).fill(255)],
    ['text that is no JSON', fileOf('{"x":')],
    ['JSON that is no object', fileOf('[]')],
    ['bytes that are no UTF-8', fileOf('{"x":1}').fill(0xff, 10, 11)],
    ['a byte order mark', fileOf('\ufeff{}')],
    [
      'a name twice',
      fileOf(
        '{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0078":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
      ),
    ],
    ['a field twice', fileOf(one('"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]'))],
    ['metadata that is no text', fileOf('{"__metadata__":{"step":1}}')],
    ['an entry that is no object', fileOf('{"x":[]}')],
    ['an unknown type', fileOf(one('"dtype":"F8","shape":[0],"data_offsets":[0,0]'))],
    ['a type of the prototype', fileOf(one('"dtype":"toString","shape":[0],"data_offsets":[0,0]'))],
    ['a negative dimension', fileOf(one('"dtype":"U8","shape":[-1],"data_offsets":[0,0]'))],
    ['half a dimension', fileOf(one('"dtype":"U8","shape":[0.5],"data_offsets":[0,0]'))],
    [
      'a product that overflows',
      fileOf(one('"dtype":"U8","shape":[4294967296,4294967296,0],"data_offsets":[0,0]')),
    ],
    ['three offsets', fileOf(one('"dtype":"U8","shape":[0],"data_offsets":[0,0,0]'))],
    ['an end before its start', fileOf(one('"dtype":"U8","shape":[1],"data_offsets":[1,0]'), [0])],
    [
      'bytes that disagree with the shape',
      fileOf(one('"dtype":"F32","shape":[1],"data_offsets":[0,3]'), [0, 0, 0]),
    ],
    ['data past the end', fileOf(one('"dtype":"U8","shape":[2],"data_offsets":[0,2]'), [0])],
    ['data left over', fileOf(one('"dtype":"U8","shape":[1],"data_offsets":[0,1]'), [0, 0])],
    ['a gap', fileOf(one('"dtype":"U8","shape":[1],"data_offsets":[1,2]'), [0, 0])],
    [
      'an overlap',
      fileOf(
        '{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"y":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
        [0, 0, 0],
      ),
    ],
  ])('%s', async (_, bytes) => {
    await expect(readSafetensors(bytes)).rejects.toMatchObject({ code: 'SAFETENSORS_INVALID' });
    const path = join(folder, 'refused.safetensors');
    await writeFile(path, bytes);
    await expect(readSafetensors(path)).rejects.toMatchObject({
      code: 'SAFETENSORS_INVALID',
      where: expect.stringContaining(path),
    });
  });

  it('or reads, each of 10,000 damaged files, and never fails otherwise', async () => {
    const path = join(folder, 'damaged.safetensors');
    await writeSafetensors(path, everyType, { format: 'pt' });
    const whole = new Uint8Array(await readFile(path));
    const random = seededRandom('safetensors mutations');
    const draw = (below: number) => Math.floor(random() * below);
    const interesting = [...'0123456789{}[]",:-.eE\\ '].map((character) => character.charCodeAt(0));
    let refused = 0;
    for (let round = 0; round < 10_000; round++) {
      let bytes = whole.slice();
      for (let change = draw(3); change >= 0; change--) {
        const at = draw(2) === 0 ? draw(bytes.length) : draw(Math.min(64, bytes.length));
        const kind = draw(4);
        if (kind === 0) bytes[at] = draw(256);
        else if (kind === 1) bytes[at] = interesting[draw(interesting.length)]!;
        else if (kind === 2) bytes = bytes.slice(0, at);
        else bytes = Uint8Array.of(...bytes.subarray(0, at), draw(256), ...bytes.subarray(at));
        if (bytes.length === 0) break;
      }
      try {
        const { tensors } = await readSafetensors(bytes);
        for (const { shape, data } of Object.values(tensors)) {
          expect(data.length).toBe(shape.reduce((product, size) => product * size, 1));
        }
      } catch (error) {
        if (!(error instanceof ModelError) || error.code !== 'SAFETENSORS_INVALID') throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(2500);
    expect(refused).toBeLessThan(10_000);
  });
});
