import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optionTable, text, wholeNumber } from '@tgm/options';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelError } from '../errors.js';
import { lockFile } from '../lock-file.js';
import { type ShardFolder, shardFolder } from './shard-folder.js';

class Faulty extends Error {
  constructor(
    readonly kind: string,
    readonly fault: object,
  ) {
    super(kind);
  }
}

interface Index {
  readonly flour: string;
}
interface Facts {
  readonly loaves: number;
}

let folder: string;
let files: ShardFolder<Index, Facts>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-shards-'));
  files = shardFolder<Index, Facts>({
    ...{ folder, things: 'loaves', writer: 'bake', version: 1 },
    index: optionTable('index.json', { flour: text() }, ModelError),
    record: optionTable('a shard', { loaves: wholeNumber() }, ModelError),
    fault: (kind, fault) => new Faulty(kind, fault),
  });
});
afterEach(() => rm(folder, { recursive: true }));

/** Writes the index and a shard. */
async function shard(number = 0, flour = 'rye') {
  const { digest } = await files.openIndex({ flour });
  const path = files.path(number, 'txt');
  await writeFile(path, 'loaf');
  await files.writeRecord(number, { loaves: 3, index: digest, file: await files.fileFacts(path) });
  return { digest, path, record: files.path(number, 'json') };
}

describe('shardFolder', () => {
  it('writes records that end with the SHA-256 of what they say, and reads them', async () => {
    const { digest, path, record } = await shard();
    const written = await readFile(record, 'utf8');
    const { sha256, ...said } = JSON.parse(written);
    expect(sha256).toBe(createHash('sha256').update(JSON.stringify(said)).digest('hex'));
    const found = await files.readRecord(0, digest);
    expect(found).toEqual({
      ...{ loaves: 3, index: digest },
      // printf loaf | sha256sum
      file: { bytes: 4, sha256: 'dc0ba88f20a66cdc468c4cb3f1ca5366ae8a59b8e17c0b92ebdcdf408fa17842' },
    });
    await files.requireBytes(path, found!.file);
    expect(await files.readRecord(1, digest)).toBeUndefined();
  });

  it('finds a record, numbers or an index that were changed, each with its way out', async () => {
    const { digest, path, record } = await shard();
    const text = await readFile(record, 'utf8');
    for (const [from, to] of [
      ['"loaves":3', '"loaves":4'],
      ['"bytes":4', '"bytes":5'],
      [digest, digest.replace(/./, (letter) => (letter === '0' ? '1' : '0'))],
      ['"sha256":', '"sha":'],
      ['}', ''],
    ] as const) {
      await writeFile(record, text.replace(from, to));
      await expect(files.readRecord(0, digest), to).rejects.toMatchObject({
        kind: 'damaged',
        fault: { where: record, advice: 'Remove the files of that shard, and `bake` makes it again.' },
      });
    }
    await writeFile(record, text);
    await writeFile(path, 'a longer loaf');
    const { file } = (await files.readRecord(0, digest))!;
    await expect(files.requireBytes(path, file)).rejects.toMatchObject({
      fault: { where: path, expected: '4 bytes', received: '13' },
    });
    await writeFile(join(folder, 'index.json'), '{"version":1,"flour":""}');
    await expect(files.readIndex()).rejects.toMatchObject({
      kind: 'damaged',
      fault: { advice: 'Remove it, and call `bake` as before: it is made again.' },
    });
    await rm(join(folder, 'index.json'));
    expect((await files.openIndex({ flour: 'rye' })).digest).toBe(digest);
  });

  it('refuses a folder of something else, and a shard of another index', async () => {
    const { record } = await shard();
    await expect(files.openIndex({ flour: 'wheat' })).rejects.toMatchObject({
      kind: 'different',
      fault: { received: 'other ones: flour: "rye", now "wheat"' },
    });
    await expect(files.readRecord(0, 'of another')).rejects.toMatchObject({
      kind: 'different',
      fault: { where: record },
    });
  });

  it('refuses the index of a later version, and tells where there is none', async () => {
    const index = join(folder, 'index.json');
    await expect(files.readIndex()).rejects.toMatchObject({ kind: 'missing', fault: { where: index } });
    await writeFile(index, '{"version":2,"flour":"rye","yeast":"wild"}');
    const later = {
      kind: 'different',
      fault: { where: index, expected: 'an index of version 1', received: 'version 2' },
    };
    await expect(files.readIndex()).rejects.toMatchObject(later);
    await expect(files.openIndex({ flour: 'rye' })).rejects.toMatchObject(later);
  });

  it('finds files behind the last shard', async () => {
    await shard(2);
    await files.requireNoShardFrom(3);
    await expect(files.requireNoShardFrom(2)).rejects.toMatchObject({
      kind: 'damaged',
      fault: { expected: 'no shard behind number 1, which is the last' },
    });
  });

  it('claims shards by ranks, takes away what was begun, and keeps no lock where it cannot', async () => {
    await writeFile(`${files.path(1, 'txt')}.7.partial`, '');
    await writeFile(`${files.path(2, 'txt')}.7.partial`, '');
    const free = await files.claim(1, 2);
    await expect(files.claim(1, 2)).rejects.toMatchObject({ kind: 'locked' });
    expect((await readdir(folder)).filter((name) => name.startsWith('shard'))).toEqual([
      'shard-00002.txt.7.partial',
    ]);
    await free();
    const begun = `${files.path(1, 'txt')}.8.partial`;
    await mkdir(begun);
    await expect(files.claim(1, 2)).rejects.toMatchObject({ kind: 'failed', fault: { where: begun } });
    await (await lockFile(join(folder, 'rank-1-of-2'), () => new Error('held')))();
  });
});
