import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  datasetOf,
  decodeClip,
  encodeVideo,
  type PreparedShard,
  prepareShards,
  probeVideo,
  readShards,
  writeShard,
} from '../index.js';
import { directPool } from '../pool/direct-pool.test-support.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm shards '));
});
afterAll(() => rm(folder, { recursive: true }));

const bytes = (text: string) => Buffer.from(text);
const hasTar = existsSync('/bin/tar') || existsSync('/usr/bin/tar');

describe('WebDataset shards', () => {
  it('come back as they were written, by key', async () => {
    const path = join(folder, 'small.tar');
    const written = await writeShard(path, [
      {
        key: '0001',
        files: {
          mp4: bytes('x'.repeat(512)),
          json: bytes('{"id":"k400/a b","captions":["one","zwei ü"],"label":3}'),
          'text.safetensors': bytes('scores'),
        },
      },
      { key: '0002', files: { webm: bytes('y'), txt: bytes('a cat\r\n\na dog\n'), cls: bytes('7') } },
    ]);
    expect(written).toBe(2);
    const dataset = await readShards([path], { cache: join(folder, 'cache') });
    expect(dataset.length).toBe(2);
    const [first, second] = await Promise.all([dataset.at(0), dataset.at(1), dataset.at(0)]);
    expect(first).toMatchObject({ id: 'k400/a b', captions: ['one', 'zwei ü'], label: 3 });
    expect(await readFile(first!.source, 'utf8')).toBe('x'.repeat(512));
    expect(second).toMatchObject({ id: 'small.tar/0002', captions: ['a cat', 'a dog'], label: 7 });
    expect(second!.source.endsWith('.webm')).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(['cache', 'small.tar']);
    await expect(dataset.at(2)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it.skipIf(!hasTar)('can be unpacked by tar, and tar files by tar can be read', async () => {
    const source = join(folder, 'by tar');
    const long = `${'deep/'.repeat(40)}${'n'.repeat(60)}`;
    await mkdir(join(source, 'deep/'.repeat(40)), { recursive: true });
    await writeFile(join(source, `${long}.mp4`), 'video');
    await writeFile(join(source, `${long}.json`), '{"caption":"a dive"}');
    for (const format of ['gnu', 'pax', 'ustar']) {
      if (format === 'ustar') {
        await writeFile(join(source, 'short.mp4'), 'video');
      }
      const path = join(folder, `${format}.tar`);
      const names = format === 'ustar' ? ['short.mp4'] : [`${long}.mp4`, `${long}.json`];
      // A comment puts another record before the path's.
      const comment = format === 'pax' ? ['--pax-option=comment:=a dive'] : [];
      execFileSync('tar', [`--format=${format}`, ...comment, '-cf', path, '-C', source, ...names]);
      const sample = await (await readShards([path], { cache: join(folder, 'cache') })).at(0);
      const key = format === 'ustar' ? 'short' : long;
      expect(sample).toMatchObject({
        id: `${format}.tar/${key}`,
        captions: format === 'ustar' ? [] : ['a dive'],
      });
      expect(await readFile(sample.source, 'utf8')).toBe('video');
    }
    const ours = join(folder, 'ours.tar');
    await writeShard(ours, [{ key: 'a', files: { mp4: bytes('abc'), txt: bytes('') } }]);
    expect(execFileSync('tar', ['-tf', ours], { encoding: 'utf8' })).toBe('a.mp4\na.txt\n');
    expect(execFileSync('tar', ['-xOf', ours, 'a.mp4'], { encoding: 'utf8' })).toBe('abc');
  });

  it('refuses what is no shard, with the byte', async () => {
    const good = { key: 'a', files: { mp4: bytes('abc'), json: bytes('{}') } };
    const path = join(folder, 'bad.tar');
    const read = () => readShards([path], { cache: join(folder, 'cache') });
    const refused = (message: RegExp) => ({ code: 'SHARD_INVALID', message: expect.stringMatching(message) });

    await writeShard(path, [good, { ...good, key: 'b' }]);
    await truncate(path, 700);
    await expect(read()).rejects.toMatchObject(refused(/byte 512: expected 3 bytes of "a.mp4"/));
    await writeFile(path, 'not a tar file'.repeat(100));
    await expect(read()).rejects.toMatchObject(refused(/byte 0: expected a tar header/));
    await writeShard(path, []);
    await expect(read()).rejects.toMatchObject(refused(/at least one sample/));
    await writeFile(path, '');
    await expect(read()).rejects.toMatchObject(refused(/zeros that end/));
    await writeShard(path, [{ key: 'a', files: { json: bytes('{}') } }]);
    await expect(read()).rejects.toMatchObject(refused(/one video in sample "a", got 0/));
    const parts = await Promise.all(
      ['a', 'b', 'a'].map(async (key, i) => {
        await writeShard(join(folder, `part${i}.tar`), [{ key, files: { mp4: bytes('abc') } }]);
        return (await readFile(join(folder, `part${i}.tar`))).subarray(0, 1024);
      }),
    );
    await writeFile(path, Buffer.concat(parts));
    await expect(read()).rejects.toMatchObject(refused(/files of "a" beside each other/));
    await writeShard(path, [{ key: 'a', files: { mp4: bytes('abc'), json: bytes('[{]') } }]);
    await expect(read()).rejects.toMatchObject(refused(/bad.tar\/a: .*JSON/));
  });

  it.each([
    [[{ key: 'a.b', files: {} }]],
    [[{ key: 'a/b', files: {} }]],
    [
      [
        { key: 'a', files: {} },
        { key: 'a', files: {} },
      ],
    ],
    [[{ key: 'a', files: { 'x/y': bytes('') } }]],
  ])('does not write %j, nor half a file', async (samples) => {
    const path = join(folder, 'never.tar');
    await expect(writeShard(path, samples)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    expect((await readdir(folder)).filter((name) => name.startsWith('never'))).toEqual([]);
  });
});

describe('prepareShards', { timeout: 120_000 }, () => {
  const [width, height, fps] = [96, 64, 12];
  const pool = directPool();

  /** A grey ramp that brightens by `step` a frame. */
  async function video(name: string, count: number, step: number): Promise<string> {
    const path = join(folder, name);
    const frames = new Uint8Array(count * height * width * 3);
    for (let t = 0; t < count; t++)
      frames.fill(20 + t * step, t * height * width * 3, (t + 1) * height * width * 3);
    await encodeVideo(path, frames, { width, height, fps });
    return path;
  }

  async function samples() {
    const long = await video('long.mp4', 24, 8);
    const short = await video('short.mp4', 3, 40);
    const broken = join(folder, 'broken.mp4');
    await writeFile(broken, 'not a video');
    const all = [
      { id: 'whole', source: long, captions: ['it brightens'], label: 1 },
      { id: 'section', source: long, captions: [], start: 0.5, end: 1 },
      { id: 'broken', source: broken, captions: [] },
      { id: 'absent', source: join(folder, 'absent.mp4'), captions: [] },
      { id: 'short', source: short, captions: ['one', 'two'] },
    ];
    return datasetOf('grey.jsonl', all, ['still', 'brightening']);
  }

  const encoding = { shortSide: 32, gop: 4 };
  const collect = async (run: AsyncIterable<PreparedShard>) => {
    const all: PreparedShard[] = [];
    for await (const each of run) all.push(each);
    return all;
  };

  it('scales, keeps sections, captions and attachments, and reports what it refused', async () => {
    const output = join(folder, 'prepared');
    const dataset = await samples();
    const attach = async ({ id }: { id: string }) => ({ 'scores.bin': bytes(`scores of ${id}`) });
    const options = { dataset, output, pool, encoding, samplesPerShard: 2, attach, refusedShare: 0.5 };
    const made = await collect(prepareShards(options));
    expect(made.map(({ shard, shards, fresh, report }) => [shard, shards, fresh, report.file])).toEqual([
      [0, 3, true, 'shard-000000.tar'],
      [1, 3, true, null],
      [2, 3, true, 'shard-000002.tar'],
    ]);
    expect(made[0]!.report.done).toEqual([
      { id: 'whole', key: '0', frameCount: 24 },
      { id: 'section', key: '1', frameCount: 6 },
    ]);
    expect(made[1]!.report.refused.map(({ id, code }) => [id, code])).toEqual([
      ['broken', 'VIDEO_UNREADABLE'],
      ['absent', 'VIDEO_NOT_FOUND'],
    ]);
    expect((await readdir(output)).sort()).toEqual([
      'shard-000000.json',
      'shard-000000.tar',
      'shard-000001.json',
      'shard-000002.json',
      'shard-000002.tar',
    ]);

    const tars = ['shard-000000.tar', 'shard-000002.tar'].map((name) => join(output, name));
    const prepared = await readShards(tars, { cache: join(folder, 'cache') });
    expect(prepared.length).toBe(3);
    const [whole, section, short] = await Promise.all([0, 1, 2].map((i) => prepared.at(i)));
    expect(whole).toMatchObject({ id: 'whole', captions: ['it brightens'], label: 1 });
    expect(short).toMatchObject({ id: 'short', captions: ['one', 'two'] });
    const info = await probeVideo(section!.source, { countFrames: true });
    expect(info).toMatchObject({ width: 48, height: 32, frameCount: 6, fps });
    // The section from 0.5 s on begins with frame 6, whose grey is 20 + 6 * 8.
    const clip = await decodeClip(section!.source, { indices: [0, 5], size: { width: 48, height: 32 } });
    const middle = (t: number) => clip.frames[(t * 32 * 48 + 16 * 48 + 24) * 3]!;
    expect(Math.abs(middle(0) - 68)).toBeLessThan(4);
    expect(Math.abs(middle(1) - 108)).toBeLessThan(4);
    expect(await readFile(tars[0]!, 'latin1')).toContain('scores of whole');
  });

  it('gives the same bytes however the work is parted, and makes nothing twice', async () => {
    const dataset = await samples();
    const once = join(folder, 'once');
    const parted = join(folder, 'parted');
    const options = { dataset, pool, encoding, samplesPerShard: 2, refusedShare: 1 };
    await collect(prepareShards({ ...options, output: once }));
    const parts = await Promise.all(
      [1, 0].map((index) =>
        collect(prepareShards({ ...options, output: parted, part: { index, count: 2 } })),
      ),
    );
    expect(parts.map((part) => part.map(({ shard }) => shard))).toEqual([[1], [0, 2]]);
    for (const name of await readdir(once)) {
      expect(await readFile(join(parted, name)), name).toEqual(await readFile(join(once, name)));
    }

    await rm(join(once, 'shard-000000.json'));
    const again = await collect(prepareShards({ ...options, output: once }));
    expect(again.map(({ fresh }) => fresh)).toEqual([true, false, false]);
    expect(await readFile(join(once, 'shard-000000.tar'))).toEqual(
      await readFile(join(parted, 'shard-000000.tar')),
    );
    await expect(
      collect(prepareShards({ ...options, output: once, encoding: { ...encoding, crf: 30 } })),
    ).rejects.toMatchObject({ code: 'SHARDS_DIFFER' });
  });

  it('stops on a signal without leaving anything half done', async () => {
    const output = join(folder, 'stopped');
    const controller = new AbortController();
    const attach = async () => {
      controller.abort();
      return {};
    };
    const options = { dataset: await samples(), output, pool, encoding, samplesPerShard: 2, attach };
    expect(await collect(prepareShards({ ...options, signal: controller.signal }))).toEqual([]);
    expect(await readdir(output)).toEqual([]);
  });

  it('ends on a mistake that is not a sample’s', async () => {
    const options = { dataset: await samples(), output: join(folder, 'x'), pool };
    const run = (rest: object) => collect(prepareShards({ ...options, ...rest }));
    await expect(run({ part: { index: 2, count: 2 } })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(run({ encoding: { shortSide: 33 } })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(run({ encoding: { crf: 99 } })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    const attach = () => Promise.reject(new Error('the scores are gone'));
    await expect(run({ encoding, attach })).rejects.toThrow('the scores are gone');
    expect(await readdir(join(folder, 'x'))).toEqual([]);
    const refused = await collect(
      prepareShards({ ...options, encoding: { maxFrames: 2, shortSide: 32 }, refusedShare: 1 }),
    );
    expect(refused[0]!.report.refused.map(({ code }) => code)).toContain('VIDEO_TOO_LARGE');
  });
});
