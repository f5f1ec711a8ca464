import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { encodeVideo, readShards } from '@tgm/video-io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const [width, height] = [32, 32];
let folder: string;
let manifest: string;

const sound = (name: string) =>
  encodeVideo(join(folder, name), new Uint8Array(2 * height * width * 3).fill(90), {
    width,
    height,
    fps: 10,
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-prepare-'));
  manifest = join(folder, 'clips.jsonl');
  for (const name of ['a.mp4', 'c.mp4', 'd.mp4']) await sound(name);
  await writeFile(join(folder, 'b.mp4'), 'no video');
  await mkdir(join(folder, 'scores'));
  await writeFile(join(folder, 'scores', 'set_a.scores.f32'), 'scores of a');
  const rows = ['a', 'b', 'c', 'd'].map((id) => ({ id: `set/${id}`, path: `${id}.mp4`, captions: [id] }));
  await writeFile(manifest, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
});
afterAll(() => rm(folder, { recursive: true }));

function run(command: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(command[0]!, command.slice(1), { cwd: ROOT, env: { ...process.env, ...env } });
  return new Promise<{ code: number | null; text: string }>((done) => {
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
    child.on('close', (code) => done({ code, text }));
  });
}
const prepare = (...args: string[]) =>
  run([
    process.execPath,
    '--import',
    'tsx',
    'examples/prepare-shards/main.ts',
    '--manifest',
    manifest,
    ...args,
  ]);
const shardsIn = async (output: string) =>
  (await readdir(output)).filter((name) => name.endsWith('.tar')).sort();

describe('the program', { timeout: 120_000 }, () => {
  it('refuses a few videos and ends with 0; more than may be, and it ends with 1', async () => {
    const output = join(folder, 'few');
    const strict = await prepare('--output', join(folder, 'strict'), '--refused-share', '0');
    expect(strict.text).toContain('TOO_MANY_BAD_SAMPLES');
    expect(strict.code).toBe(1);

    const args = ['--output', output, '--samples-per-shard', '2', '--refused-share', '0.25'];
    const first = await prepare(...args, '--attach', join(folder, 'scores'));
    expect(first.text).toMatch(/^shard 0 of 2: 1 done, 1 refused .*\n {2}set\/b: VIDEO_UNREADABLE/m);
    expect(first.text).toContain('3 samples done, 1 refused');
    expect(first.code).toBe(0);
    expect((await readdir(output)).sort()).toEqual([
      'shard-000000.json',
      'shard-000000.tar',
      'shard-000001.json',
      'shard-000001.tar',
    ]);
    const report = JSON.parse(await readFile(join(output, 'shard-000000.json'), 'utf8'));
    expect(report.refused).toMatchObject([{ id: 'set/b', code: 'VIDEO_UNREADABLE' }]);
    const shard = await readShards([join(output, 'shard-000000.tar')], { cache: join(folder, 'cache') });
    expect(Buffer.from((await shard.content(0, 'scores.f32'))!).toString()).toBe('scores of a');

    const { mtimeMs } = await stat(join(output, 'shard-000001.tar'));
    const again = await prepare(...args);
    expect(again.text.match(/was there/g)).toHaveLength(2);
    const tried = await prepare(...args, '--retry-refused');
    expect(tried.text).toMatch(/^shard 0 of 2: 1 done, 1 refused/m);
    await sound('b.mp4');
    const better = await prepare(...args);
    expect(better.text).toMatch(/^shard 0 of 2: 2 done, 0 refused/m);
    expect((await stat(join(output, 'shard-000001.tar'))).mtimeMs).toBe(mtimeMs);
  });

  it.runIf(process.platform === 'linux')(
    'is what a Slurm array and a Kubernetes job run, each a part',
    async () => {
      const slurm = join(folder, 'slurm');
      const script = ['bash', 'examples/prepare-shards/slurm-array.sh', manifest, slurm];
      const env = { SLURM_ARRAY_TASK_ID: '0', SLURM_ARRAY_TASK_COUNT: '16' };
      expect(await run(script, env)).toMatchObject({ code: 0 });
      expect(await shardsIn(slurm)).toEqual(['shard-000000.tar']);
      await run(script, { ...env, SLURM_ARRAY_TASK_ID: '1' });
      expect(await shardsIn(slurm)).toEqual(['shard-000000.tar']);

      const job = await readFile(join(import.meta.dirname, 'kubernetes-indexed-job.yaml'), 'utf8');
      const list = (key: string): string[] => JSON.parse(job.match(new RegExp(`${key}: (\\[.*\\])`))![1]!);
      const command = [...list('command'), ...list('args')].map((word) =>
        word.replace('/data', folder).replace('$(JOB_COMPLETION_INDEX)', '0'),
      );
      expect(await run(command)).toMatchObject({ code: 0 });
      expect(await shardsIn(join(folder, 'shards'))).toEqual(['shard-000000.tar']);
    },
  );
});
