import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Job } from 'kubernetes-types/batch/v1.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { stepsOf } from '../run-events.test-support.ts';
import { writeSomeVideos } from '../some-videos.test-support.ts';
import type { MpiJob } from './mpi-job.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const read = (file: string) => parse(readFileSync(join(import.meta.dirname, file), 'utf8'));
const OPEN_MPI = '/usr/bin/mpirun.openmpi';

/** What the pods see as /data. */
let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'tgm-kubernetes-'));
  await writeSomeVideos(data, 8);
});
afterAll(() => rm(data, { recursive: true }));

async function run(command: readonly string[], environment: NodeJS.ProcessEnv = {}, folder = ROOT) {
  const env = { ...process.env, ...environment };
  const child = spawn(command[0]!, command.slice(1), { cwd: folder, env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  const [code] = await once(child, 'close');
  return { code, said };
}

it.runIf(process.platform === 'linux')(
  'what the pods run prepares and trains',
  { timeout: 240_000 },
  async () => {
    const [prepare] = (read('prepare.yaml') as Job).spec!.template.spec!.containers;
    const prepared = [...prepare!.command!, ...prepare!.args!].map((word) =>
      word.replace('/data', data).replace('$(JOB_COMPLETION_INDEX)', '0'),
    );
    expect(await run(prepared)).toMatchObject({ code: 0 });
    expect((await readdir(join(data, 'shards'))).filter((name) => name.endsWith('.tar'))).toHaveLength(1);
    if (!existsSync(OPEN_MPI)) return;

    const [launcher] = (read('train.yaml') as MpiJob).spec.mpiReplicaSpecs.Launcher.template.spec!.containers;
    const words = [...launcher!.command!, ...launcher!.args!].map((word) =>
      word.replace('/data', data).replace('/cache', join(data, 'cache')),
    );
    expect(words[0]).toBe('mpirun');
    // Two ranks, and a small model.
    const trained = [OPEN_MPI, ...words.slice(1).map((word) => (word === '4' ? '2' : word))];
    const environment = Object.fromEntries(launcher!.env!.map(({ name, value }) => [name, value]));
    const here = {
      OMPI_ALLOW_RUN_AS_ROOT: '1',
      OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
      OMPI_MCA_rmaps_base_oversubscribe: '1',
    };
    const ended = await run([...trained, '--laptop', '--length.epochs', '2'], { ...environment, ...here });
    expect(ended.code, ended.said).toBe(0);
    expect(await stepsOf(join(data, 'run'), 'step')).toEqual([1, 2]);
  },
);

const canUnshare = process.getuid?.() === 0 && existsSync('/usr/bin/unshare');

describe.skipIf(!canUnshare)('pods that are to go', () => {
  const { Launcher, Worker } = (read('train.yaml') as MpiJob).spec.mpiReplicaSpecs;
  const hookOf = ({ template }: typeof Worker) =>
    template.spec!.containers[0]!.lifecycle!.preStop!.exec!.command!;
  /** Runs a script as the first process of a pod, which sees none outside. */
  const inPod = (script: string, hook: readonly string[]) =>
    run(['unshare', '-pf', '--mount-proc', 'bash', script, ...hook], {}, data);
  beforeAll(async () => {
    // A rank that hears signals only after a while, and takes its time then. All end together: mpirun kills the others of the first.
    const program = [
      '#!/bin/bash',
      'trap "" USR1; echo up; sleep 2',
      'ranks=$OMPI_COMM_WORLD_SIZE; [ "$ranks" ] || ranks=1',
      'saved() { ls "saved-of-$ranks-"* | wc -l; }',
      'leave() {',
      '  trap "" USR1; sleep 1; echo saved; touch "saved-of-$ranks-$OMPI_COMM_WORLD_RANK"',
      '  while [ "$(saved)" -lt "$ranks" ]; do sleep 0.1; done; exit 75',
      '}',
      'trap leave USR1; while :; do sleep 0.1; done',
    ];
    await mkdir(join(data, 'bin'));
    await writeFile(join(data, 'bin/tgm'), program.join('\n'));
    await chmod(join(data, 'bin/tgm'), 0o755);
  });

  it('a worker waits until its rank has saved', { timeout: 60_000 }, async () => {
    await writeFile(join(data, 'worker.sh'), 'bin/tgm & sleep 1; "$@"; echo gone; wait $!; echo $?');
    const { said } = await inPod('worker.sh', hookOf(Worker));
    // Its shell may tell of a pause that the signal ended.
    expect(said.match(/^(up|saved|gone|\d+)$/gm), said).toEqual(['up', 'saved', 'gone', '75']);
  });

  it.skipIf(!existsSync(OPEN_MPI))(
    'a launcher waits until all ranks have saved',
    { timeout: 60_000 },
    async () => {
      const flags = '--allow-run-as-root --oversubscribe -n 2';
      await writeFile(join(data, 'launcher.sh'), `(sleep 4; "$@") & exec ${OPEN_MPI} ${flags} bin/tgm`);
      const { code, said } = await inPod('launcher.sh', hookOf(Launcher));
      expect(said.match(/^saved$/gm), said).toHaveLength(2);
      expect(code).toBe(75);
    },
  );
});
