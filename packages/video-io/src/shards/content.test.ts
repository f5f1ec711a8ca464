import { appendFile, mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datasetOf, encodeVideo, prepareShards, readShards, writeShard } from '../index.js';
import { directPool } from '../pool/direct-pool.test-support.js';
import { piecesOf, withShard } from './shard-file.js';
import { encodeTarHeader, paddedSize, TAR_BLOCK } from './tar-header.js';
import { tarMembers } from './tar-members.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-content-'));
});
afterAll(() => rm(folder, { recursive: true }));

const bytes = (text: string) => Buffer.from(text);
const read = (path: string) => readShards([path], { cache: join(folder, 'cache') });
const file = (name: string, content: string) => {
  const padding = Buffer.alloc(paddedSize(content.length) - content.length);
  return Buffer.concat([encodeTarHeader({ name, size: content.length, type: '0' }), bytes(content), padding]);
};
const END = Buffer.alloc(2 * TAR_BLOCK);

/** A tar file whose last member has `size` bytes, all zeros, of which the disk holds none. */
async function largeTar(name: string, members: readonly Buffer[], size: number): Promise<string> {
  const path = join(folder, `large ${name}.tar`);
  const begin = Buffer.concat([...members, encodeTarHeader({ name, size, type: '0' })]);
  await writeFile(path, begin);
  await truncate(path, begin.length + paddedSize(size));
  await appendFile(path, END);
  return path;
}

describe('the files of a sample', () => {
  it('that were attached are given back', async () => {
    const source = join(folder, 'a.mp4');
    const size = { width: 32, height: 32 };
    await encodeVideo(source, new Uint8Array(2 * 32 * 32 * 3), { ...size, fps: 25 });
    const dataset = datasetOf(
      'two',
      ['a', 'b'].map((id) => ({ id, source, captions: ['one'] })),
    );
    const scores = new Uint8Array(Float32Array.of(0.5, -1, 3).buffer);
    const attach = async ({ id }: { id: string }) => ({
      'scores.f32': id === 'a' ? scores : new Uint8Array(0),
      ...(id === 'a' && { flow: bytes('flow') }),
    });
    const output = join(folder, 'prepared');
    for await (const _ of prepareShards({
      dataset,
      output,
      pool: directPool(),
      attach,
      encoding: { shortSide: 32 },
    }));
    const prepared = await read(join(output, 'shard-000000.tar'));
    expect(await prepared.endings(0)).toEqual(['mp4', 'json', 'txt', 'scores.f32', 'flow']);
    expect(await prepared.endings(1)).toEqual(['mp4', 'json', 'txt', 'scores.f32']);
    expect(new Uint8Array((await prepared.content(0, 'scores.f32'))!)).toEqual(scores);
    expect(Buffer.from((await prepared.content(0, 'FLOW'))!).toString()).toBe('flow');
    expect(await prepared.content(1, 'scores.f32')).toHaveLength(0);
    expect(await prepared.content(1, 'flow')).toBeUndefined();
    expect((await prepared.content(1, 'mp4'))!).toEqual(await readFile((await prepared.at(1)).source));
    await expect(prepared.content(2, 'flow')).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it.each([
    ['', 'a label in digits in .cls', '""'],
    ['\n', 'a label in digits in .cls', '"\\n"'],
    ['0x10', 'a label in digits in .cls', '"0x10"'],
    ['1e1', 'a label in digits in .cls', '"1e1"'],
    ['-1', 'a label in digits in .cls', '"-1"'],
    ['3.0', 'a label in digits in .cls', '"3.0"'],
    ['dog', 'a label in digits in .cls', '"dog"'],
    ['99999999999999999999', 'a label from 0, or such labels by name', '100000000000000000000'],
  ])('give no label where .cls holds %j', async (cls, expected, received) => {
    const path = join(folder, 'label.tar');
    await writeShard(path, [{ key: '0', files: { mp4: bytes('x'), cls: bytes(cls) } }]);
    const dataset = await read(path);
    await expect(dataset.at(0)).rejects.toMatchObject({ code: 'SHARD_INVALID', expected, received });
  });

  it('give the label of digits with space around them', async () => {
    const path = join(folder, 'labels.tar');
    const sample = (key: string, cls: string) => ({ key, files: { mp4: bytes('x'), cls: bytes(cls) } });
    await writeShard(path, [sample('0', '0'), sample('1', ' 010\n')]);
    const dataset = await read(path);
    expect([(await dataset.at(0)).label, (await dataset.at(1)).label]).toEqual([0, 10]);
  });
});

describe('a member of 2 GiB', { timeout: 120_000 }, () => {
  const size = 2 ** 31;

  it.each(['0.txt', '0.json', '0.cls'])('called %s is refused', async (name) => {
    const path = await largeTar(name, [file('0.mp4', 'x')], size);
    const expected = `at most ${2 ** 26} bytes in "${name}"`;
    const opening = read(path).then((dataset) => dataset.at(0));
    await expect(opening).rejects.toMatchObject({ code: 'SHARD_INVALID', expected, received: `${size}` });
  });

  it('that was attached is refused, and spoils nothing else', async () => {
    const dataset = await read(await largeTar('0.scores', [file('0.mp4', 'x')], size));
    await expect(dataset.content(0, 'scores')).rejects.toMatchObject({ code: 'SHARD_INVALID' });
    expect(await readFile((await dataset.at(0)).source, 'utf8')).toBe('x');
  });

  it('is read piece by piece, as videos are', async () => {
    const path = await largeTar('0.mp4', [], size + 5);
    let [length, largest] = [0, 0];
    await withShard(path, async (handle) => {
      for await (const member of tarMembers(handle, path, 0, TAR_BLOCK + paddedSize(size + 5))) {
        for await (const piece of piecesOf(handle, path, member)) {
          length += piece.length;
          largest = Math.max(largest, piece.length);
        }
      }
    });
    expect(length).toBe(size + 5);
    expect(largest).toBeLessThanOrEqual(2 ** 22);
  });

  it('may have its size in an extended header', async () => {
    const pax = `19 size=${size}\n`;
    expect(pax).toHaveLength(19);
    const path = join(folder, 'pax.tar');
    const begin = Buffer.concat([
      encodeTarHeader({ name: 'pax', size: pax.length, type: 'x' }),
      bytes(pax),
      Buffer.alloc(TAR_BLOCK - pax.length),
      encodeTarHeader({ name: '0.mp4', size: 0, type: '0' }),
    ]);
    await writeFile(path, begin);
    await truncate(path, begin.length + size);
    await appendFile(path, Buffer.concat([file('1.mp4', 'y'), END]));
    const handle = await open(path);
    try {
      const found: [string, number][] = [];
      const { size: end } = await handle.stat();
      for await (const { name, size: bytesOf } of tarMembers(handle, path, 0, end, true))
        found.push([name, bytesOf]);
      expect(found).toEqual([
        ['0.mp4', size],
        ['1.mp4', 1],
      ]);
    } finally {
      await handle.close();
    }
  });
});
