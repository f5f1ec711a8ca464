import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../free-port.test-support.ts';

const NEEDED = ['/usr/sbin/munged', '/usr/sbin/slurmctld', '/usr/sbin/slurmd'];
const NODES = ['tgm1', 'tgm2', 'tgm3', 'tgm4'];

/** Why no Slurm can be started here; undefined where one can. */
export const withoutSlurm: string | undefined =
  process.getuid?.() !== 0
    ? 'not root'
    : NEEDED.every((path) => existsSync(path))
      ? undefined
      : '"apt-get install munge slurm-wlm libpmix-dev"';

/** A Slurm of four nodes, all of which are this machine. Its nodes say that they have 64 cores and 256 GiB each. */
export interface OneMachineSlurm {
  /** Runs a command of Slurm. @returns what it writes, to both streams. @throws where it does not end with 0. */
  run(
    command: string,
    args: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): Promise<string>;
  /** Fields of a job, by the names of `scontrol`; those of all tasks of an array. */
  jobs(id: string): Promise<Readonly<Record<string, string>>[]>;
  /** Ends all jobs, then Slurm. */
  stop(): Promise<void>;
}

/** @param workFolder where commands run, from where jobs begin. */
export async function startSlurm(workFolder: string): Promise<OneMachineSlurm> {
  const folder = await mkdtemp(join(tmpdir(), 'slurm-'));
  const at = (...parts: string[]) => join(folder, ...parts);
  await chmod(folder, 0o755);
  for (const node of NODES) await mkdir(at('spool', node), { recursive: true });
  await writeFile(at('munge.key'), randomBytes(1024), { mode: 0o400 });
  await writeFile(at('slurm.conf'), await configuration(folder));

  const env = { ...process.env, SLURM_CONF: at('slurm.conf') };
  const daemons = [
    [
      'munged',
      ...['--foreground', '--force', `--key-file=${at('munge.key')}`, `--socket=${at('munge.socket')}`],
      ...[
        `--pid-file=${at('munged.pid')}`,
        `--log-file=${at('munged.log')}`,
        `--seed-file=${at('munged.seed')}`,
      ],
    ],
    ['slurmctld', '-D', '-i'],
    ...NODES.map((node) => ['slurmd', '-D', '-N', node]),
  ].map(([command, ...args]) => {
    const child = spawn(`/usr/sbin/${command}`, args, { env, stdio: 'ignore' });
    return { child, ended: once(child, 'close') };
  });

  const execute = promisify(execFile);
  const run: OneMachineSlurm['run'] = async (command, args, environment) => {
    const options = { cwd: workFolder, env: { ...env, ...environment }, timeout: 60_000 };
    const { stdout, stderr } = await execute(command, args, options);
    return stdout + stderr;
  };
  for (let tries = 0; ; tries++) {
    const states = await run('sinfo', ['-h', '-N', '-o', '%T']).catch((error: Error) => error.message);
    if (states === 'idle\n'.repeat(NODES.length)) break;
    if (tries === 60) throw new Error(`Slurm does not start: ${states}`);
    await pause(500);
  }

  return {
    run,
    async jobs(id) {
      const lines = await run('scontrol', ['--oneliner', 'show', 'job', id]);
      return lines
        .trim()
        .split('\n')
        .map((line) =>
          Object.fromEntries([...line.matchAll(/(\S+?)=(\S*)/g)].map(([, key, value]) => [key, value])),
        );
    },
    async stop() {
      await run('scancel', ['--me', '--signal=KILL', '--full']).catch(() => undefined);
      await run('scancel', ['--me']).catch(() => undefined);
      for (let tries = 0; tries < 40 && (await run('squeue', ['-h'])) !== ''; tries++) await pause(500);
      for (const { child, ended } of daemons.toReversed()) {
        child.kill();
        await ended;
      }
      await rm(folder, { recursive: true });
    },
  };
}

async function configuration(folder: string): Promise<string> {
  const nodes = await Promise.all(
    NODES.map(
      async (node) =>
        `NodeName=${node} NodeHostname=${hostname()} NodeAddr=127.0.0.1 Port=${await freePort()} CPUs=64 RealMemory=262144`,
    ),
  );
  return [
    'ClusterName=tgm',
    `SlurmctldHost=${hostname()}(127.0.0.1)`,
    `SlurmctldPort=${await freePort()}`,
    'SlurmUser=root',
    'SlurmdUser=root',
    'AuthType=auth/munge',
    'CredType=cred/munge',
    // A job that goes back into the queue waits as long as a credential is good: two minutes, where nothing is said.
    `AuthInfo=socket=${folder}/munge.socket,cred_expire=5`,
    `StateSaveLocation=${folder}`,
    `SlurmdSpoolDir=${folder}/spool/%n`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/%n.pid`,
    `SlurmctldLogFile=${folder}/slurmctld.log`,
    `SlurmdLogFile=${folder}/%n.log`,
    // The nodes have what is written here, not what this machine has.
    'SlurmdParameters=config_overrides',
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_Core_Memory',
    'MpiDefault=none',
    'MailProg=/bin/true',
    ...nodes,
    'PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP',
    '',
  ].join('\n');
}
