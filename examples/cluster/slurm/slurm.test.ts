import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepsOf } from '../run-events.test-support.ts';
import { writeSomeVideos } from '../some-videos.test-support.ts';
import { type OneMachineSlurm, startSlurm, withoutSlurm } from './one-machine.test-support.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const SCRIPTS = 'examples/cluster/slurm';
const STEPS = 16;

/** What brings each library together, and how its two ranks lie on the nodes: pmix knows hosts, all of which are one here. */
const LIBRARIES = [
  { title: 'Open MPI', mpi: 'pmix', launcher: 'mpirun.openmpi', nodes: ['--nodes=1', '--ntasks-per-node=2'] },
  { title: 'MPICH', mpi: 'pmi2', launcher: 'mpirun.mpich', nodes: ['--nodes=2', '--ntasks-per-node=1'] },
];
const SMALL = ['--cpus-per-task=1', '--mem=2G'];

describe.skipIf(withoutSlurm)(`Slurm${withoutSlurm ? `, not here: ${withoutSlurm}` : ''}`, () => {
  let slurm: OneMachineSlurm;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tgm-slurm-'));
    await writeSomeVideos(join(folder, 'videos'), 8);
    slurm = await startSlurm(ROOT);
  }, 120_000);
  afterAll(async () => {
    await slurm?.stop();
    await rm(folder, { recursive: true });
  }, 60_000);

  async function submit(script: string, flags: readonly string[], words: readonly string[], mpi?: string) {
    const log = `--output=${join(folder, '%x-%j.log')}`;
    const args = ['--parsable', log, ...flags, join(SCRIPTS, script), ...words];
    return (await slurm.run('sbatch', args, mpi === undefined ? {} : { SLURM_MPI_TYPE: mpi })).trim();
  }
  /** Waits for the end of a job. */
  async function ended(id: string) {
    for (;;) {
      const jobs = await slurm.jobs(id);
      if (jobs.every(({ JobState }) => !/PENDING|RUNNING|COMPLETING|REQUEUED/.test(JobState!)))
        return jobs.map(({ JobState, ExitCode, Restarts }) => ({ JobState, ExitCode, Restarts }));
      await pause(300);
    }
  }
  /** What all jobs have said, for whoever reads a failure. */
  const said = async () => {
    const logs = (await readdir(folder)).filter((name) => name.endsWith('.log'));
    return (await Promise.all(logs.map((name) => readFile(join(folder, name), 'utf8')))).join('\n');
  };

  it('takes both scripts as they are', async () => {
    expect(await slurm.run('sbatch', ['--test-only', `${SCRIPTS}/prepare.sh`])).toMatch(
      /to start .* 2 processors/,
    );
    expect(await slurm.run('sbatch', ['--test-only', `${SCRIPTS}/train.sh`])).toMatch(
      /to start .* using 64 processors on nodes tgm\[1-4\]/,
    );
  });

  it('the tasks of an array prepare a part each', { timeout: 180_000 }, async () => {
    const shards = join(folder, 'shards');
    const words = [
      'shards',
      join(folder, 'videos/clips.jsonl'),
      '--output',
      shards,
      '--samples-per-shard',
      '4',
    ];
    const id = await submit('prepare.sh', ['--array=0-1', ...SMALL], words);
    const done = { JobState: 'COMPLETED', ExitCode: '0:0', Restarts: '0' };
    expect(await ended(id), await said()).toEqual([done, done]);
    const written = (await readdir(shards)).filter((name) => name.endsWith('.tar')).sort();
    expect(written).toEqual(['shard-000000.tar', 'shard-000001.tar']);
  });

  describe.each(LIBRARIES)('$title by srun --mpi=$mpi', ({ title, mpi, launcher, nodes }) => {
    const isThere = existsSync(join('/usr/bin', launcher));

    it.skipIf(!isThere)(
      'saves on the signal, goes back into the queue and goes on',
      { timeout: 300_000 },
      async () => {
        const run = join(folder, `run ${title}`);
        const data = [join(folder, 'videos/clips.jsonl'), '--preset', 'videomae-s-k400', '--laptop'];
        const words = ['pretrain', ...data, '--length.epochs', String(STEPS), '--output', run];
        const id = await submit('train.sh', [...nodes, ...SMALL], words, mpi);
        while ((await stepsOf(run, 'step')).length === 0) {
          const [job] = await slurm.jobs(id);
          expect(job!.JobState, await said()).toMatch(/PENDING|RUNNING|CONFIGURING/);
          await pause(200);
        }
        // As Slurm does it some time before a job's end: to the ranks, not to the script.
        await slurm.run('scancel', ['--signal=USR1', id]);
        expect(await ended(id), await said()).toEqual([
          { JobState: 'COMPLETED', ExitCode: '0:0', Restarts: '1' },
        ]);

        const begins = await stepsOf(run, 'begin');
        expect(begins).toEqual([0, expect.any(Number)]);
        expect(begins[1]).toBeGreaterThan(0);
        expect(begins[1]).toBeLessThan(STEPS);
        expect(await stepsOf(run, 'step')).toEqual(Array.from({ length: STEPS }, (_, step) => step + 1));
      },
    );

    it.skipIf(!isThere)(
      'a job whose options are wrong is not tried again',
      { timeout: 120_000 },
      async () => {
        const words = [
          'pretrain',
          join(folder, 'nowhere'),
          '--preset',
          'videomae-s-k400',
          '--output',
          join(folder, 'no'),
        ];
        const id = await submit('train.sh', [...nodes, ...SMALL], words, mpi);
        expect(await ended(id), await said()).toEqual([
          { JobState: 'FAILED', ExitCode: '64:0', Restarts: '0' },
        ]);
      },
    );
  });
});
