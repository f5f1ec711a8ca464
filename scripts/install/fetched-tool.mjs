// Programs of other versions than those of this machine, from npm packages.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.mjs';
import { ROOT } from './packed-packages.mjs';

/** The folder of the npm package `name` at `version`, fetched once into node_modules/.cache. Throws if it cannot be had. */
export async function fetchedTool(name, version) {
  const home = join(ROOT, 'node_modules', '.cache', 'tgm-tools', `${name}-${version}`);
  const folder = join(home, 'node_modules', name);
  if (!existsSync(join(folder, 'package.json'))) {
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
    await run('npm', ['install', '--ignore-scripts', `${name}@${version}`], { cwd: home });
  }
  return folder;
}
