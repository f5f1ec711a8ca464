import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, relative, resolve } from 'node:path';
import { CliError } from '../program/errors.js';
import type { ConfigFile } from './config-file.js';
import { readCodeConfig } from './read-code-config.js';
import { readJsonConfig } from './read-json-config.js';

const CODE = ['.ts', '.mts', '.js', '.mjs'];
const JSON_ENDINGS = ['.json', '.jsonc'];
const NAMES = [...CODE, ...JSON_ENDINGS].map((ending) => `tgm.config${ending}`);

/**
 * The configuration file: the one that is named, else `tgm.config.*` in a folder; nothing where there is none.
 *
 * @throws CliError `CONFIG_INVALID` for one that is named and not there, for two of them, and for what cannot be read.
 */
export async function findConfig(named: string | undefined, folder: string): Promise<ConfigFile | undefined> {
  const found = named === undefined ? NAMES.filter((name) => existsSync(join(folder, name))) : [named];
  if (found.length > 1) {
    throw new CliError('CONFIG_INVALID', {
      where: folder,
      expected: 'one configuration file',
      received: found.join(' and '),
      advice: 'Remove one, or name the one that counts by --config.',
    });
  }
  const [name] = found;
  if (name === undefined) return undefined;
  const path = resolve(folder, name);
  const shown = relative(folder, path);
  const file = shown.startsWith('..') ? path : shown;
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new CliError('CONFIG_INVALID', {
      where: file,
      expected: 'a configuration file that can be read',
      received: cause.message,
      cause,
    });
  });
  const ending = extname(path).toLowerCase();
  if (JSON_ENDINGS.includes(ending)) return readJsonConfig(path, file, text.replace(/^\uFEFF/, ''));
  if (CODE.includes(ending)) return readCodeConfig(path, file, text);
  throw new CliError('CONFIG_INVALID', {
    where: file,
    expected: `a file that ends in ${[...CODE, ...JSON_ENDINGS].join(', ')}`,
    received: ending || 'no ending',
  });
}
