import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Check, fine, saysOf, warning, wrong } from './check.js';

/** As `engines` of package.json. */
const OLDEST_NODE = [20, 19, 0];

/** Tested with these. npm 12 runs install scripts only when they are approved. */
const NPM_MAJORS = ['10', '11'];

/** @param version as `process.versions.node` tells it. */
export function checkNode(version: string): Check {
  const numbers = version.split('.').map(Number);
  const at = OLDEST_NODE.findIndex((least, place) => numbers[place] !== least);
  const isOld = at >= 0 && numbers[at]! < OLDEST_NODE[at]!;
  if (!isOld) return fine('Node.js', version);
  return wrong('Node.js', `${version}; ${OLDEST_NODE.join('.')} is the oldest that works`, 'nvm install 20');
}

export async function checkNpm(): Promise<Check> {
  try {
    const isWindows = process.platform === 'win32';
    const { stdout } = await promisify(execFile)(isWindows ? 'npm.cmd' : 'npm', ['--version'], {
      shell: isWindows,
    });
    const version = stdout.trim();
    if (NPM_MAJORS.includes(version.split('.')[0]!)) return fine('npm', version);
    return warning('npm', `${version}; tested with 10 and 11`, 'npm install --global npm@11');
  } catch (error) {
    return warning(
      'npm',
      `none that starts: ${saysOf(error)}`,
      'Install Node.js with npm, or use what stands in its place',
    );
  }
}
