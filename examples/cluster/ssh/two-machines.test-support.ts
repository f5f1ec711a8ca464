import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.test-support.ts';

/** Why nothing can be started over ssh here; undefined where it can. */
export const withoutSsh: string | undefined = existsSync('/usr/sbin/sshd')
  ? undefined
  : '"apt-get install openssh-server openssh-client"';

/** A server of ssh, and two names of machines that both lead to it. */
export interface TwoMachines {
  /** The file that names both. */
  readonly hosts: string;
  /** The environment in which `ssh` knows the names and `mpirun` is that of a library. @param launcher its name here. */
  environment(launcher: string): Promise<NodeJS.ProcessEnv>;
  stop(): Promise<void>;
}

export async function startTwoMachines(): Promise<TwoMachines> {
  const folder = await mkdtemp(join(tmpdir(), 'ssh-'));
  const at = (name: string) => join(folder, name);
  for (const key of ['host', 'user'])
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(key)], { stdio: 'ignore' });
  const port = await freePort();
  const server = [
    ...[`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${at('host')}`, `PidFile ${at('pid')}`],
    ...[`AuthorizedKeysFile ${at('user.pub')}`, 'StrictModes no', 'UsePAM no', 'PermitRootLogin yes'],
  ];
  const client = [
    ...['Host machine-1 machine-2', 'HostName 127.0.0.1', `Port ${port}`, `IdentityFile ${at('user')}`],
    ...['IdentitiesOnly yes', 'StrictHostKeyChecking no', 'UserKnownHostsFile /dev/null', 'LogLevel ERROR'],
  ];
  await writeFile(at('sshd_config'), `${server.join('\n')}\n`);
  await writeFile(at('ssh_config'), `${client.join('\n')}\n`);
  await writeFile(at('hosts'), '# Both are this one.\nmachine-1\nmachine-2\n');
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true });
  const sshd = spawn('/usr/sbin/sshd', ['-D', '-f', at('sshd_config')], { stdio: 'ignore' });
  const ended = once(sshd, 'close');

  return {
    hosts: at('hosts'),
    async environment(launcher) {
      const bin = at(launcher);
      await mkdir(bin, { recursive: true });
      const commands = { ssh: `/usr/bin/ssh -F ${at('ssh_config')}`, mpirun: `/usr/bin/${launcher}` };
      for (const [name, command] of Object.entries(commands)) {
        await writeFile(join(bin, name), `#!/bin/sh\nexec ${command} "$@"\n`);
        await chmod(join(bin, name), 0o755);
      }
      return {
        ...process.env,
        PATH: `${bin}:${process.env.PATH}`,
        OMPI_ALLOW_RUN_AS_ROOT: '1',
        OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
      };
    },
    async stop() {
      sshd.kill();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}
