// Runs a program without blocking, so that a server in this process can answer it.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** The environment without what an outer `npm run` left in it, which would decide over an inner npm. */
const outerEnvironment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')),
);

/**
 * Runs `program` with `args` in `cwd`; `env` is added to the environment, `path` put in front of PATH.
 * Gives { stdout, stderr }; throws with both in the message if it ends with another status than 0.
 */
export async function run(program, args, { cwd, env = {}, path } = {}) {
  const environment = { ...outerEnvironment, ...env };
  if (path) environment.PATH = `${path}:${process.env.PATH}`;
  const child = spawn(program, args, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (status === 0) return { stdout, stderr };
  throw new Error(`${program} ${args.join(' ')} ended with ${status} in ${cwd}\n${stdout}\n${stderr}`);
}
