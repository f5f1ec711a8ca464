// A project of somebody who starts with nothing.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.mjs';

/**
 * Makes `folder` with nothing but a package.json and the address of the registry that holds the packed packages, and
 * runs `lines` there. `npm` is the folder of the npm to use, this machine's if left out. Install scripts are not
 * switched off: lines that need it have to say so. Gives what npm said.
 */
export async function installInto(folder, lines, { registry, npm, env = {} }) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "name": "user", "private": true, "type": "module" }\n');
  writeFileSync(join(folder, '.npmrc'), `@tgm:registry=${registry.url}\n`);
  const settings = { npm_config_ignore_scripts: 'false', npm_config_prefer_offline: 'true', ...env };
  return run('sh', ['-e', '-c', lines], { cwd: folder, env: settings, path: npm && join(npm, '..', '.bin') });
}
