import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readShards } from '@tgm/video-io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runTgm } from '../testing/run-tgm.test-support.js';
import { writeVideo } from '../testing/some-videos.test-support.js';

let folder: string;
const file = (...names: string[]): string => join(folder, ...names);
const run = (...args: string[]) => runTgm(args, { cwd: folder });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-shards-'));
  for (const name of ['a.mp4', 'c.mp4', 'd.mp4']) await writeVideo(file(name));
  await writeFile(file('b.mp4'), 'no video');
  await mkdir(file('scores'));
  await writeFile(file('scores/set_a.scores.f32'), 'scores of a');
  const rows = ['a', 'b', 'c', 'd'].map((id) => ({ id: `set/${id}`, path: `${id}.mp4`, captions: [id] }));
  await writeFile(file('clips.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
});
afterAll(() => rm(folder, { recursive: true }));

const tars = async (output: string) =>
  (await readdir(file(output))).filter((name) => name.endsWith('.tar')).sort();

describe('tgm shards', { timeout: 120_000 }, () => {
  it('refuses a few videos and ends with 0, keeps what is done, and tries again what has changed', async () => {
    const args = [
      'shards',
      'clips.jsonl',
      '--output',
      'few',
      '--samples-per-shard',
      '2',
      '--refused-share',
      '0.25',
    ];
    const first = await run(...args, '--attach', 'scores');
    expect(first.stderr).toMatch(/^ {2}refused set\/b: VIDEO_UNREADABLE/m);
    expect(first.stdout).toMatch(/^3 samples in 2 tar files in .*few, 2 of them new; 1 videos refused$/m);
    expect(first.stdout).toMatch(/^peak memory \d+ MiB$/m);
    expect(first.code).toBe(0);
    const shard = await readShards([file('few/shard-000000.tar')], { cache: file('cache') });
    expect(Buffer.from((await shard.content(0, 'scores.f32'))!).toString()).toBe('scores of a');
    const saved = await readFile(file('few/tgm.config.json'), 'utf8');
    expect(saved).toMatch(/"samplesPerShard": 2/);

    const { mtimeMs } = await stat(file('few/shard-000001.tar'));
    const again = JSON.parse((await run(...args, '--json')).stdout);
    expect(again).toMatchObject({
      samples: 3,
      refused: [{ id: 'set/b', code: 'VIDEO_UNREADABLE' }],
      peakBytes: expect.any(Number),
      shards: [
        { shard: 0, fresh: false, done: 1, refused: 1 },
        { shard: 1, fresh: false, done: 2, refused: 0 },
      ],
    });
    expect((await run(...args, '--retry-refused')).stdout).toContain('1 of them new');
    await writeVideo(file('b.mp4'));
    expect((await run(...args)).stdout).toMatch(/^4 samples .*1 of them new; 0 videos refused/m);
    expect((await stat(file('few/shard-000001.tar'))).mtimeMs).toBe(mtimeMs);
    await writeFile(file('b.mp4'), 'no video');
  });

  it('ends with 64 where more are refused than may be, in words of the command line', async () => {
    const strict = ['shards', 'clips.jsonl', '--output', 'strict', '--refused-share', '0', '--json'];
    const { code, stderr, stdout } = await run(...strict);
    expect(stderr).toMatch(/^tgm shards: expected .*Raise --refused-share if .*TOO_MANY_BAD_SAMPLES/ms);
    expect(JSON.parse(stdout).error).toMatchObject({
      where: 'tgm shards',
      message: expect.stringContaining('--refused-share'),
    });
    expect(stderr + stdout).not.toContain('prepareShards');
    expect(code).toBe(64);
  });

  it('does a part, and all parts have one configuration', async () => {
    const args = [
      'shards',
      'clips.jsonl',
      '--output',
      'parts',
      '--samples-per-shard',
      '1',
      '--refused-share',
      '1',
    ];
    expect((await run(...args, '--shard', '1/2')).code).toBe(0);
    expect(await tars('parts')).toEqual(['shard-000003.tar']);
    const saved = await readFile(file('parts/tgm.config.json'), 'utf8');
    expect((await run(...args, '--shard', '0/2')).code).toBe(0);
    expect(await tars('parts')).toEqual(['shard-000000.tar', 'shard-000002.tar', 'shard-000003.tar']);
    expect(await readFile(file('parts/tgm.config.json'), 'utf8')).toBe(saved);
    const strange = await run(...args, '--shard', '2/2');
    expect(strange.stderr).toMatch(/--shard: expected <part from 0>\/<parts>, such as 3\/16, got "2\/2"/);
    expect(strange.code).toBe(64);
  });

  it('refuses a folder of other settings, which no retry mends', async () => {
    const args = ['shards', 'clips.jsonl', '--output', 'few', '--samples-per-shard', '2'];
    const { code, stderr } = await run(...args, '--encoding.crf', '30', '--refused-share', '1');
    expect(stderr).toContain('SHARDS_DIFFER');
    expect(code).toBe(64);
  });

  it('refuses a folder of other captions, where a part of the tar files is there', async () => {
    const args = ['shards', 'train', '--output', 'captioned', '--samples-per-shard', '1', '--shard'];
    await mkdir(file('train'));
    for (const name of ['a.mp4', 'c.mp4']) await cp(file(name), file('train', name));
    expect((await run(...args, '0/2', '--caption', 'x')).code).toBe(0);
    for (const part of ['0/2', '1/2']) {
      const { code, stderr } = await run(...args, part, '--caption', 'y');
      expect(stderr).toMatch(/captions of "a.mp4".*"y".*got .*"x".*SHARDS_DIFFER/s);
      expect(code).toBe(64);
    }
    expect(await tars('captioned')).toEqual(['shard-000000.tar']);
  });

  it.runIf(process.platform !== 'win32')('stops at SIGTERM with 143, and goes on', async () => {
    const rows = Array.from({ length: 12 }, (_, id) => ({ id: `${id}`, path: `long-${id % 2}.mp4` }));
    await writeVideo(file('long-0.mp4'), 60);
    await writeVideo(file('long-1.mp4'), 60, 40);
    await writeFile(file('many.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const args = ['shards', 'many.jsonl', '--output', 'many', '--samples-per-shard', '1'];
    let waits: NodeJS.Timeout | undefined;
    const stopped = await runTgm(args, {
      cwd: folder,
      onError(_, kill) {
        waits ??= setInterval(async () => {
          if ((await tars('many').catch(() => [])).length === 0) return;
          clearInterval(waits);
          kill('SIGTERM');
        }, 10);
      },
    });
    expect(stopped.stderr).toContain('Stopping after the step in hand');
    expect(stopped).toMatchObject({ code: 143, signal: null });
    const before = await tars('many');
    expect(before.length).toBeGreaterThan(0);
    expect(before.length).toBeLessThan(12);
    const { stdout } = await run(...args, '--json');
    const { shards } = JSON.parse(stdout) as { shards: { fresh: boolean }[] };
    expect(shards).toHaveLength(12);
    expect(shards.filter(({ fresh }) => !fresh)).toHaveLength(before.length);
  });
});
