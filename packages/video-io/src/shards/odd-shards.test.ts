import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datasetOf, encodeVideo, prepareShards, readShards, writeShard } from '../index.js';
import { directPool } from '../pool/direct-pool.test-support.js';
import type { VideoSample } from '../video.js';
import { encodeTarHeader } from './tar-header.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-odd-shards-'));
});
afterAll(() => rm(folder, { recursive: true }));

const bytes = (text: string) => Buffer.from(text);
const sample = (key: string, id?: string) => ({
  key,
  files: { mp4: bytes('abc'), ...(id && { json: bytes(JSON.stringify({ id })) }) },
});

async function tar(name: string, ...samples: ReturnType<typeof sample>[]): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeShard(path, samples);
  return path;
}

const read = (...paths: string[]) => readShards(paths, { cache: join(folder, 'cache') });
const refused = (message: RegExp) => ({ code: 'SHARD_INVALID', message: expect.stringMatching(message) });

describe('readShards', () => {
  it.each([
    ['ids', 'one', 'one'],
    ['names of tar files and keys', undefined, undefined],
  ])('refuses equal %s in two tar files', async (_, first, second) => {
    const paths = [await tar('a/s.tar', sample('0', first)), await tar('b/s.tar', sample('0', second))];
    await expect(read(...paths)).rejects.toMatchObject(
      refused(/b\/s\.tar: .*"(one|s\.tar\/0)", which is already in .*a\/s\.tar/),
    );
  });

  const labelled = async (name: string, ...facts: object[]) => {
    const samples = facts.map((fact, key) => ({
      key: String(key),
      files: { mp4: bytes('abc'), json: bytes(JSON.stringify({ id: `${name} ${key}`, ...fact })) },
    }));
    await writeShard(join(folder, name), samples);
    return join(folder, name);
  };

  it('has the names of classes that samples tell, with a place for those between', async () => {
    const one = await labelled(
      'one.tar',
      { label: 3, className: 'yoga' },
      {},
      { label: 0, className: 'archery' },
    );
    const two = await labelled('two.tar', { label: 3, className: 'yoga' });
    expect((await read(one, two)).classes).toEqual(['archery', 'class 1', 'class 2', 'yoga']);
    const several = await labelled('several.tar', {
      label: { verb: 1, noun: 0 },
      className: { verb: 'cut', noun: 'bread' },
    });
    expect((await read(several)).classes).toEqual({ verb: ['class 0', 'cut'], noun: ['bread'] });
  });

  it.each([
    ['no label', [{ className: 'yoga' }]],
    ['a label without a name', [{ label: 0, className: 'yoga' }, { label: 1 }]],
    ['names that are none', [{ label: 0, className: 7 }]],
    ['a number that is no class', [{ label: 4_000_000_000, className: 'yoga' }]],
    [
      'labels of two kinds',
      [
        { label: 0, className: 'a' },
        { label: { verb: 0 }, className: { verb: 'b' } },
      ],
    ],
  ])('has no names of classes where there is %s', async (what, facts) => {
    const dataset = await read(await labelled(`${what}.tar`, ...facts));
    expect('classes' in dataset).toBe(false);
  });

  it('refuses two names of one class', async () => {
    const one = await labelled('first.tar', { label: 0, className: 'yoga' });
    const two = await labelled('other.tar', { label: 0, className: 'archery' });
    await expect(read(one, two)).rejects.toMatchObject(
      refused(/other\.tar: .*class 0 of "other\.tar 0" to be "yoga", as before, .*"archery"/),
    );
  });

  it('refuses a tar file that was cut off, even between two samples, and one behind another', async () => {
    const path = await tar('whole.tar', sample('0'), sample('1'));
    const whole = await readFile(path);
    const odd = join(folder, 'odd.tar');
    for (const [content, message] of [
      [whole.subarray(0, 1024), /cut off/],
      [whole.subarray(0, 2048), /cut off/],
      [Buffer.concat([whole, whole]), /perhaps a second one/],
    ] as const) {
      await writeFile(odd, content);
      await expect(read(odd)).rejects.toMatchObject(refused(message));
    }
    await writeFile(odd, Buffer.concat([whole, Buffer.alloc(8192)]));
    expect((await read(odd)).length).toBe(2);
  });

  it('passes over files that WebDataset passes over', async () => {
    const path = await tar('more.tar', sample('0'), sample('1'));
    const own = (name: string) => encodeTarHeader({ name, size: 0, type: '0' });
    const others = ['README', 'in/.hidden', '__index.json__'].map(own);
    await writeFile(path, Buffer.concat([...others, await readFile(path)]));
    const dataset = await read(path);
    expect(dataset.length).toBe(2);
    expect((await dataset.at(0)).id).toBe('more.tar/0');
  });

  it('refuses a folder, and a tar file that changed meanwhile', async () => {
    await expect(read(folder)).rejects.toMatchObject(refused(/got a folder/));
    const path = await tar('changed.tar', sample('0'), sample('1'));
    const dataset = await read(path);
    await tar('changed.tar', sample('0'), sample('1'), sample('2'));
    await expect(dataset.at(1)).rejects.toMatchObject(refused(/changed since/));
  });
});

describe('prepareShards, started again', { timeout: 120_000 }, () => {
  const size = { width: 48, height: 32 };
  const sourceOf = (id: string) => join(folder, `${id}.mp4`);
  const setOf = (...ids: string[]) =>
    datasetOf(
      'three',
      ids.map((id) => ({ id, source: sourceOf(id), captions: [] })),
    );

  beforeAll(async () => {
    const frames = Uint8Array.from({ length: 6 * 48 * 32 * 3 }, (_, i) => (i * 31 + (i >> 9)) & 0xff);
    for (const id of ['x', 'y', 'z']) await encodeVideo(sourceOf(id), frames, { ...size, fps: 12 });
  });

  const prepare = async (output: string, dataset = setOf('x', 'y', 'z'), more = {}): Promise<boolean[]> => {
    const fresh: boolean[] = [];
    const encoding = { shortSide: 32 };
    const options = { dataset, output, pool: directPool(), samplesPerShard: 2, encoding, ...more };
    for await (const prepared of prepareShards(options)) fresh.push(prepared.fresh);
    return fresh;
  };

  it('makes a tar file again that is gone, and twice at once without harm', async () => {
    const output = join(folder, 'out');
    // Who comes to a tar file second may find it made.
    const [one, other] = await Promise.all([prepare(output), prepare(output)]);
    expect(one.map((fresh, shard) => fresh || other[shard])).toEqual([true, true]);
    const before = await readFile(join(output, 'shard-000000.tar'));
    await rm(join(output, 'shard-000000.tar'));
    expect(await prepare(output)).toEqual([true, false]);
    expect(before.equals(await readFile(join(output, 'shard-000000.tar')))).toBe(true);
    expect(await readdir(output)).toHaveLength(4);
  });

  it('knows another data set of the same name and length, and what is no report', async () => {
    const output = join(folder, 'other');
    await prepare(output);
    await expect(prepare(output, setOf('z', 'y', 'x'))).rejects.toMatchObject({ code: 'SHARDS_DIFFER' });
    for (const text of ['', '{}', 'null']) {
      await writeFile(join(output, 'shard-000000.json'), text);
      await expect(prepare(output)).rejects.toMatchObject({
        code: 'SHARDS_DIFFER',
        message: expect.stringMatching(/got no report/),
      });
    }
  });

  it.each<readonly [string, Partial<VideoSample>, readonly string[] | undefined, RegExp]>([
    ['captions', { captions: ['another'] }, ['one', 'two'], /captions of "x" .*"another".*got .*"x"/],
    ['labels', { label: 1 }, ['one', 'two'], /label of "x" .*1, got 0/],
    ['names of classes', {}, ['two', 'one'], /name of the class of "x" .*"two", got "one"/],
  ])(
    'knows tar files of other %s of the same samples, whichever part made them',
    async (name, change, classes, message) => {
      const output = join(folder, name);
      const set = setOf('x', 'y', 'z');
      const all = await Promise.all([0, 1, 2].map((index) => set.at(index)));
      const labelled = (more: Partial<VideoSample>, names: readonly string[] | undefined) =>
        datasetOf(
          set.name,
          all.map((each) => ({ ...each, captions: [each.id], label: 0, ...more })),
          names,
        );
      const before = labelled({}, ['one', 'two']);
      expect(await prepare(output, before)).toEqual([true, true]);
      expect(await prepare(output, before)).toEqual([false, false]);
      const other = labelled(change, classes);
      const refused = { code: 'SHARDS_DIFFER', message: expect.stringMatching(message) };
      await expect(prepare(output, other)).rejects.toMatchObject(refused);
      // The tar file of one part is gone; that of the other part tells.
      await rm(join(output, 'shard-000001.tar'));
      const part = { index: 1, count: 2 };
      await expect(prepare(output, other, { part })).rejects.toMatchObject(refused);
      expect(await readdir(output)).not.toContain('shard-000001.tar');
      expect(await prepare(output, before, { part })).toEqual([true]);
    },
  );

  it('takes away the unfinished files of a process that was killed, and of no other', async () => {
    const output = join(folder, 'killed');
    await prepare(output);
    await rm(join(output, 'shard-000001.tar'));
    let names: string[] = [];
    const attach = async () => {
      names = (await readdir(output)).filter((name) => name.startsWith('.work-'));
      return {};
    };
    await prepare(output, undefined, { attach });
    expect(names).toHaveLength(1);
    const [ours] = names as [string];
    // A process that has ended, this one, and one of another machine.
    const { pid } = spawnSync(process.execPath, ['--version']);
    const left = [
      ours.replace(/-\d+-/, `-${pid}-`),
      ours,
      ours.replace(/^\.work-.{12}/, '.work-0123456789ab'),
    ];
    for (const name of left) {
      await mkdir(join(output, name));
      await writeFile(join(output, name, 'shard-000001.tar.tmp'), 'half');
    }
    await rm(join(output, 'shard-000001.tar'));
    expect(await prepare(output)).toEqual([false, true]);
    expect((await readdir(output)).filter((name) => name.startsWith('.work-')).sort()).toEqual(
      left.slice(1).sort(),
    );
    const old = new Date(Date.now() - 8 * 24 * 3600 * 1000);
    await utimes(join(output, left[2]!), old, old);
    await rm(join(output, 'shard-000001.tar'));
    await prepare(output);
    expect((await readdir(output)).filter((name) => name.startsWith('.work-'))).toEqual([ours]);
  });

  it('does not let attached files take the place of its own', async () => {
    const attach = async () => ({ mp4: bytes('mine') });
    await expect(prepare(join(folder, 'attached'), setOf('x'), { attach })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringMatching(/"x": expected endings other than mp4/),
    });
  });
});
