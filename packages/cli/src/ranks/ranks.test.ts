import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEvents } from '@tgm/train';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LAUNCHERS, type Launcher, launchNpx, launchTgm } from '../testing/launch-tgm.test-support.js';
import { writeMovingSquares } from '../testing/moving-squares.test-support.js';
import { type Ended, PROGRAM, run, runTgm } from '../testing/run-tgm.test-support.js';
import { loadTensors, type TensorFile } from '../testing/tensor-file.test-support.js';

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);

/** Twelve steps of four of twelve videos, by reconstruction and contrast. The rate of the first step is 0. */
const TRAINING = [
  ...['pretrain', 'videos/clips.jsonl', '--preset', 'tgm-b-ssv2', '--laptop', '--leak-safe', '--seed', '7'],
  ...['--length.videos-per-step', '4', '--length.epochs', '4', '--save-every', '1', '--keep', '20'],
];
const STEPS = 12;
/** The same, so long that nobody waits for it. */
const ENDLESS = TRAINING.map((each, at) => (TRAINING[at - 1] === '--length.epochs' ? '9999' : each));
const stepName = (step: number): string => `step-${String(step).padStart(8, '0')}`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-ranks-'));
  await writeMovingSquares(at('videos'), 2);
  await mkdir(at('node_modules', '.bin'), { recursive: true });
  await symlink(PROGRAM, at('node_modules', '.bin', 'tgm'));
  const alone = await runTgm([...TRAINING, '--output', 'alone'], { cwd: folder });
  expect(alone.code, alone.stderr).toBe(0);
}, 300_000);
afterAll(() => rm(folder, { recursive: true }));

/** Losses of the first ten steps. */
async function lossesOf(output: string): Promise<number[]> {
  const events = await readEvents(at(output, 'events.jsonl'));
  return events.flatMap((event) => (event.type === 'step' && event.step <= 10 ? [event.total] : []));
}

const weightsOf = (output: string, step: number): Promise<TensorFile> =>
  loadTensors(at(output, stepName(step), 'model.safetensors'));

/** |dw - dw'| / |dw| of what ten steps change, between two runs. */
async function apart(one: string, other: string): Promise<number> {
  const [begun, ended, otherEnded] = await Promise.all([
    weightsOf(one, 1),
    weightsOf(one, 10),
    weightsOf(other, 10),
  ]);
  let [difference, change] = [0, 0];
  for (const [name, values] of Object.entries(ended)) {
    for (const [index, value] of values.entries()) {
      difference += (value - otherEnded[name]![index]!) ** 2;
      change += (value - begun[name]![index]!) ** 2;
    }
  }
  expect(change).toBeGreaterThan(1e-4);
  return Math.sqrt(difference / change);
}

const stepsOf = async (output: string): Promise<string[]> =>
  (await readdir(at(output))).filter((name) => name.startsWith('step-')).sort();

/** Runs something, and acts on it once a checkpoint of a step is there. */
async function behindStep(
  step: number,
  output: string,
  run: (when: (act: () => void) => void) => Promise<Ended>,
): Promise<Ended> {
  let waits: NodeJS.Timeout | undefined;
  const ended = await run((act) => {
    waits ??= setInterval(() => {
      if (!existsSync(at(output, stepName(step)))) return;
      clearInterval(waits);
      act();
    }, 5);
  });
  clearInterval(waits);
  return ended;
}

/** The process of a rank of the run that writes there, as both launchers tell it by its environment. */
function processOf(rank: number, output: string): number {
  const text = (file: string): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  };
  const found = readdirSync('/proc').find(
    (id) =>
      new RegExp(`\\0(OMPI_COMM_WORLD|PMI)_RANK=${rank}\\0`).test(text(`/proc/${id}/environ`)) &&
      text(`/proc/${id}/cmdline`).includes(`--output\0${output}\0`),
  );
  return Number(found);
}

const byVersion = /^(Open MPI|MPICH) \d+(\.\d+)+$/;

const isOpenMpi = ({ title }: Launcher): boolean => title.startsWith('Open MPI');

/** Open MPI waits so long before it passes SIGTERM on, and again before it kills; MPICH does not kill. */
const withTime = (launcher: Launcher): Launcher =>
  isOpenMpi(launcher)
    ? { ...launcher, command: [...launcher.command, '--mca', 'odls_base_sigkill_timeout', '10'] }
    : launcher;

describe.each(LAUNCHERS)(
  'tgm in processes that mpirun of $title started',
  { timeout: 300_000 },
  (launcher) => {
    const { there, title } = launcher;
    const named = (name: string): string => `${name} ${title}`;

    it.skipIf(!there)('learns what one process does, and one of them speaks', async () => {
      const output = named('two');
      const ended = await launchNpx(launcher, 2, [...TRAINING, '--output', output, '--json'], {
        cwd: folder,
      });
      expect(ended.code, ended.stderr).toBe(0);
      expect(JSON.parse(ended.stdout)).toMatchObject({
        reason: 'completed',
        step: STEPS,
        processes: { count: 2, library: expect.stringMatching(byVersion) },
      });
      expect(ended.stderr.match(/2 processes of (Open MPI|MPICH) \d+\.\d+.* work together/g)).toHaveLength(1);
      expect(ended.stderr.match(/completed at step 12/g)).toHaveLength(1);
      expect(ended.stderr.match(/knows coloured shapes/g)).toHaveLength(1);
      expect((await readdir(at(output))).sort()).toEqual((await readdir(at('alone'))).sort());
      const [alone, together] = [await lossesOf('alone'), await lossesOf(output)];
      expect(together).toHaveLength(10);
      expect(Math.abs(together[0]! / alone[0]! - 1)).toBeLessThan(1e-6);
      expect(await apart('alone', output)).toBeLessThan(1e-3);
    });

    it.skipIf(!there)('stops together at SIGUSR1, and goes on in one process', async () => {
      const output = named('stopped');
      const args = [...TRAINING, '--output', output, '--json'];
      const ended = await behindStep(2, output, (when) =>
        launchTgm(launcher, 2, args, { cwd: folder, onError: (_, kill) => when(() => kill('SIGUSR1')) }),
      );
      expect(ended.code, ended.stderr).toBe(75);
      expect(ended.stderr.match(/Stopping after the step in hand/g)).toHaveLength(1);
      const told = JSON.parse(ended.stdout);
      expect(told).toMatchObject({ reason: 'stopped', by: 'SIGUSR1' });
      expect(existsSync(told.checkpoint)).toBe(true);
      expect(told.step).toBeLessThan(STEPS);
      const resumed = await runTgm(['resume', output], { cwd: folder });
      expect(resumed.code, resumed.stderr).toBe(0);
      expect(await apart('alone', output)).toBeLessThan(1e-3);
    });

    it.skipIf(!there)('stops together at SIGTERM, where the launcher leaves it the time', async () => {
      const output = named('terminated');
      const args = [...ENDLESS, '--output', output, '--json'];
      const ended = await behindStep(2, output, (when) =>
        launchTgm(withTime(launcher), 2, args, {
          cwd: folder,
          onError: (_, kill) => when(() => kill('SIGTERM')),
        }),
      );
      // Open MPI says 1, whatever its processes say.
      expect(ended.code, ended.stderr).toBe(isOpenMpi(launcher) ? 1 : 143);
      const last = (await readEvents(at(output, 'events.jsonl'))).at(-1)!;
      const step = Number((await stepsOf(output)).at(-1)!.slice('step-'.length));
      expect(last, ended.stderr).toMatchObject({ type: 'end', reason: 'stopped', step });
      // What is said last may be lost with a launcher that ends.
      if (!isOpenMpi(launcher)) expect(JSON.parse(ended.stdout)).toMatchObject({ by: 'SIGTERM' });
    });

    it.skipIf(!there || process.platform !== 'linux')(
      'ends when one of them is killed, goes on from its last checkpoint, and stops when its time is over',
      async () => {
        const output = named('killed');
        const ended = await behindStep(2, output, (when) =>
          launchTgm(launcher, 2, [...ENDLESS, '--output', output], {
            cwd: folder,
            onError: () => when(() => process.kill(processOf(1, output), 'SIGKILL')),
          }),
        );
        // One of the others, or the launcher, is the first to see it: 137 and 9 are the signal.
        expect([1, 9, 137]).toContain(ended.code);
        const done = (await stepsOf(output)).at(-1)!;
        const limited = ['resume', output, '--stop-after', '0.3', '--json'];
        const resumed = await launchTgm(launcher, 2, limited, { cwd: folder });
        expect(resumed.code, resumed.stderr).toBe(75);
        expect(JSON.parse(resumed.stdout)).toMatchObject({ reason: 'stopped', by: 'time' });
        expect((await stepsOf(output)).at(-1)! >= done).toBe(true);
      },
    );

    it.skipIf(!there)('ends with the code and the words of the process that failed', async () => {
      const other = [...TRAINING, '--masking.ratio', '0.8', '--output', 'alone'];
      const refused = await launchTgm(launcher, 2, other, { cwd: folder });
      expect(refused.stderr.match(/masking\.ratio: 0\.6, now 0\.8/g)).toHaveLength(1);
      expect(refused.stdout).toBe('');
      expect(refused.code, refused.stderr).toBe(64);
    });

    /** Each rank with a command line of its own. */
    const each = (...lines: (readonly string[])[]): Promise<Ended> =>
      run(
        [
          ...launcher.command,
          ...lines.flatMap((line, at) => [
            ...(at > 0 ? [':'] : []),
            '-n',
            '1',
            process.execPath,
            PROGRAM,
            ...line,
          ]),
        ],
        { cwd: folder },
      );

    it.skipIf(!there)('hears of a wrong command line of a rank that is not the first', async () => {
      const line = [...TRAINING, '--output', named('wrong')];
      let told = '';
      const command = [...launcher.command, '-n', '1', process.execPath, PROGRAM, ...line];
      const ended = await run(
        [...command, ':', '-n', '1', process.execPath, PROGRAM, ...line, '--sead', '4'],
        {
          cwd: folder,
          // The first waits for the other, which under MPICH may be long.
          onError(text, kill) {
            if (told === '' && /rank 1: .*--sead.*--seed/.test(text)) setTimeout(() => kill('SIGKILL'), 2000);
            told = text;
          },
        },
      );
      expect(ended.stderr.match(/rank 1: tgm pretrain: .*Unknown option '--sead'/g)).toHaveLength(1);
      expect(existsSync(at(named('wrong')))).toBe(false);
    });

    it.skipIf(!there)('refuses other commands, another output and other options on one of them', async () => {
      const line = [...TRAINING, '--output', named('others')];
      const commands = await each(line, ['shards', 'videos', '--output', named('others')]);
      expect(
        commands.stderr.match(
          /expected the same command.*got tgm pretrain .* on rank 0, tgm shards .* on rank 1/g,
        ),
      ).toHaveLength(1);
      expect(commands.code, commands.stderr).toBe(64);
      const outputs = await each(line, [...TRAINING, '--output', 'elsewhere']);
      expect(
        outputs.stderr.match(/expected the same command and the same --output.*elsewhere on rank 1/g),
      ).toHaveLength(1);
      expect(outputs.code, outputs.stderr).toBe(64);
      const options = await each(line, [...line, '--rate.base', '0.5']);
      expect(options.stderr.match(/expected the same options on all ranks/g)).toHaveLength(1);
      expect(options.code, options.stderr).toBe(64);
    });

    it.skipIf(!there)('names the flag of a wrong library and a wrong patience, once', async () => {
      const wrong = async (...flags: string[]): Promise<string> => {
        const ended = await launchTgm(launcher, 2, [...TRAINING, '--output', named('flags'), ...flags], {
          cwd: folder,
        });
        expect(ended.code, ended.stderr).toBe(64);
        expect(ended.stderr.match(/OPTION_INVALID|MPI_MISSING/g), ended.stderr).toHaveLength(1);
        return ended.stderr;
      };
      expect(await wrong('--mpi', 'openmpi')).toMatch(
        /--mpi: expected auto, none, .*got "openmpi"\. Did you mean "open-mpi"\?/,
      );
      expect(await wrong('--patience', '0')).toMatch(/--patience: expected a number above 0/);
      expect(await wrong('--mpi', '/none/libmpi.so')).toMatch(
        /--mpi \/none\/libmpi\.so: expected a library of MPI/,
      );
    });

    it.skipIf(!there)('is refused where one process has to do it', async () => {
      // The one that says so begins after the other has ended.
      const late = 'case $OMPI_COMM_WORLD_RANK$PMI_RANK in 0) sleep 4;; esac; exec "$0" "$@"';
      const words = [process.execPath, PROGRAM, 'plan', '--preset', 'tgm-b-ssv2'];
      const plan = await run([...launcher.command, '-n', '2', 'sh', '-c', late, ...words], { cwd: folder });
      expect(plan.stderr.match(/tgm plan: expected one process.*got 2 that mpirun of/g)).toHaveLength(1);
      expect(plan.stdout).toBe('');
      expect(plan.code).toBe(64);
      const version = await launchTgm(launcher, 2, ['--version'], { cwd: folder });
      expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    });
  },
);

const mpich = LAUNCHERS.find(({ title }) => title.startsWith('MPICH'))!;
it.skipIf(!mpich.there)('says what npx does to the channel of MPICH', { timeout: 300_000 }, async () => {
  const ended = await launchNpx({ ...mpich, withNpx: mpich.command }, 2, [...TRAINING, '--output', 'none'], {
    cwd: folder,
  });
  expect(ended.stderr).toMatch(/expected the channel to mpirun.*npx.*-pmi-port.*LAUNCHER_DISAGREES/s);
  expect(ended.code).toBe(64);
  expect(existsSync(at('none'))).toBe(false);
});
