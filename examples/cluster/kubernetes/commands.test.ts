import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { encodeVideo } from '@tgm/video-io';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
let folder: string;
let manifest: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-prepare-'));
  manifest = join(folder, 'clips.jsonl');
  const frames = new Uint8Array(2 * 32 * 32 * 3).fill(90);
  await encodeVideo(join(folder, 'a.mp4'), frames, { width: 32, height: 32, fps: 10 });
  await writeFile(manifest, '{"id":"set/a","path":"a.mp4","captions":["a"]}\n');
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
const shardsIn = async (output: string) =>
  (await readdir(output)).filter((name) => name.endsWith('.tar')).sort();

it.runIf(process.platform === 'linux')(
  'a Slurm array and a Kubernetes job do a part each',
  { timeout: 120_000 },
  async () => {
    const slurm = join(folder, 'slurm');
    const script = ['bash', 'examples/prepare-shards/slurm-array.sh', manifest, slurm];
    const env = { SLURM_ARRAY_TASK_ID: '0', SLURM_ARRAY_TASK_COUNT: '16' };
    expect(await run(script, env)).toMatchObject({ code: 0 });
    expect(await shardsIn(slurm)).toEqual(['shard-000000.tar']);
    expect(await run(script, { ...env, SLURM_ARRAY_TASK_ID: '1' })).toMatchObject({ code: 0 });
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
