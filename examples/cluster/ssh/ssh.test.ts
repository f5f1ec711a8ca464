import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepsOf } from '../run-events.test-support.ts';
import { writeSomeVideos } from '../some-videos.test-support.ts';
import { startTwoMachines, type TwoMachines, withoutSsh } from './two-machines.test-support.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const STEPS = 16;

describe.skipIf(withoutSsh)(`mpirun over ssh${withoutSsh ? `, not here: ${withoutSsh}` : ''}`, () => {
  let machines: TwoMachines;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tgm-ssh-'));
    await writeSomeVideos(join(folder, 'videos'), 8);
    machines = await startTwoMachines();
  }, 60_000);
  afterAll(async () => {
    await machines?.stop();
    await rm(folder, { recursive: true });
  });

  for (const launcher of ['mpirun.openmpi', 'mpirun.mpich']) {
    const isThere = existsSync(join('/usr/bin', launcher));
    it.skipIf(!isThere)(
      `${launcher}: saves on SIGUSR1 and goes on by the same line`,
      { timeout: 240_000 },
      async () => {
        const run = join(folder, launcher);
        const env = await machines.environment(launcher);
        const data = [join(folder, 'videos/clips.jsonl'), '--preset', 'videomae-s-k400', '--laptop'];
        const words = [
          'pretrain',
          ...data,
          '--threads',
          '1',
          '--length.epochs',
          String(STEPS),
          '--output',
          run,
        ];
        const start = () => {
          const script = 'examples/cluster/ssh/train.sh';
          const child = spawn('bash', [script, machines.hosts, ...words], { cwd: ROOT, env });
          let said = '';
          for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
          return { child, ended: once(child, 'close').then(([code]) => ({ code, said })) };
        };
        const first = start();
        while (first.child.exitCode === null && (await stepsOf(run, 'step')).length === 0) await pause(200);
        first.child.kill('SIGUSR1');
        expect(await first.ended).toMatchObject({ code: 75 });
        expect(await start().ended).toMatchObject({ code: 0 });

        const begins = await stepsOf(run, 'begin');
        expect(begins).toEqual([0, expect.any(Number)]);
        expect(begins[1]).toBeGreaterThan(0);
        expect(await stepsOf(run, 'step')).toEqual(Array.from({ length: STEPS }, (_, step) => step + 1));
      },
    );
  }
});
