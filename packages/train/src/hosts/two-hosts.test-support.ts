import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MpiLibrary } from '../collective/mpi-libraries.js';

export type Host = 'host1' | 'host2';

/**
 * Two machines on one network, made of namespaces of the kernel: each has its own network card, host name, processes, shared memory.
 * A third, from which jobs are launched, holds the switch that their links end in. All of them share the disk.
 */
export interface TwoHosts {
  /** Runs a command where jobs are launched. Everything of it is gone when `remove` returns. */
  run(command: readonly string[]): ChildProcess;
  /** Runs a line of the shell on a host to its end, and gives what it says. */
  on(host: Host, line: string): string;
  /** The command by which a library's launcher starts so many ranks, on one host after the other. */
  launcher(library: MpiLibrary, ranks: number): string[];
  remove(): Promise<void>;
}

/** The card of each host. */
export const CARD = 'eth0';

/**
 * A machine lives as long as its first process, which ends when the pipe to this process closes, however this process ends. With it
 * the kernel ends all others of that machine, and its network. So nothing has a name that could clash, or stay.
 *
 * `/dev/shm` of their own keeps hosts from meeting there: files in it are named after the job.
 */
const HEAD = `
set -e
cd "$1"
hostname head
printf '127.0.0.1 localhost\\n10.77.0.254 head\\n10.77.0.1 host1\\n10.77.0.2 host2\\n' > hosts
mount --bind hosts /etc/hosts
ip link set lo up
ip link add switch type bridge
ip address add 10.77.0.254/24 dev switch
ip link set switch up
for number in 1 2; do
  unshare --net --uts --ipc --pid --fork --kill-child --mount --mount-proc sh -c "
    hostname host$number
    mount -t tmpfs none /dev/shm
    ip link set lo up
    touch host$number.up
    exec sleep infinity" &
  process=$!
  while ! [ -e host$number.up ]; do sleep 0.02; done
  echo $process > host$number
  ip link add port$number type veth peer name ${CARD} netns $process
  ip link set port$number master switch up
  nsenter --target $process --net ip address add 10.77.0.$number/24 dev ${CARD}
  nsenter --target $process --net ip link set ${CARD} up
done
echo up
cat
rm -r "$1"`;

/** What launchers call in the place of `ssh`: options, a host, a command in one or several words. */
const AGENT = `#!/bin/sh
while case $1 in -*) true;; *) false;; esac; do shift; done
process=$(cat "$(dirname "$0")/$1")
shift
exec nsenter --target $process --net --uts --ipc --mount --pid=/proc/$process/ns/pid_for_children sh -c "$*"
`;

/** Why this machine cannot make hosts; undefined where it can. */
export function noHosts(): string | undefined {
  if (process.platform !== 'linux') return 'Linux only';
  if (process.getuid?.() !== 0) return 'only as root';
  for (const tool of ['ip', 'tc', 'unshare', 'nsenter'])
    if (spawnSync(tool, ['-V']).error) return `needs ${tool}: "apt-get install iproute2 util-linux"`;
  const tried = spawnSync('unshare', [
    ...ISOLATED,
    'sh',
    '-c',
    'hostname tried && ip link add switch type bridge && ip link add one type veth peer name other',
  ]);
  return tried.status === 0
    ? undefined
    : `this machine may not make networks: ${String(tried.stderr).trim()}`;
}

const ISOLATED = ['--net', '--uts', '--pid', '--fork', '--kill-child', '--mount', '--mount-proc'];

export async function twoHosts(): Promise<TwoHosts> {
  const folder = mkdtempSync(join(tmpdir(), 'hosts-'));
  const agent = join(folder, 'agent');
  writeFileSync(agent, AGENT, { mode: 0o755 });
  const head = spawn('unshare', [...ISOLATED, 'sh', '-c', HEAD, 'sh', folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(head, 'close');
  const remove = async () => {
    head.stdin.end();
    await ended;
  };
  const said = await Promise.race([once(head.stdout, 'data'), ended]);
  if (String(said[0]).trim() !== 'up') {
    await remove();
    throw new Error(`the hosts did not come up: ${said}`);
  }
  const enter = [
    ...['--target', String(head.pid), '--net', '--uts', '--mount'],
    `--pid=/proc/${head.pid}/ns/pid_for_children`,
    `--wdns=${process.cwd()}`,
  ];
  return {
    run: ([...command]) => spawn('nsenter', [...enter, ...command], { stdio: ['ignore', 'ignore', 'pipe'] }),
    on: (host, line) => execFileSync('nsenter', [...enter, agent, host, line], { encoding: 'utf8' }),
    launcher: ({ name, launcher }, ranks) => [launcher, ...FLAGS[name](agent), '-n', String(ranks)],
    remove,
  };
}

const FLAGS: Record<MpiLibrary['name'], (agent: string) => readonly string[]> = {
  'open-mpi': (agent) => [
    ...['--allow-run-as-root', '--oversubscribe', '--bind-to', 'none', '--map-by', 'node'],
    ...['--mca', 'plm_rsh_agent', agent, '--host', 'host1,host2'],
    // Else mpirun takes minutes to notice that a host is cut off.
    ...['keepalive_time', 'keepalive_intvl', 'keepalive_probes'].flatMap((name) => [
      '--mca',
      `oob_tcp_${name}`,
      '2',
    ]),
  ],
  mpich: (agent) => ['-launcher', 'ssh', '-launcher-exec', agent, '-hosts', 'host1,host2'],
};
