import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CliError } from '../program/errors.js';

/** Name of the configuration that a folder was made with. */
export const CONFIG_FILE = 'tgm.config.json';

/** Writes a resolved configuration into a folder as `tgm.config.json`, whole or not at all. @throws CliError `WRITE_FAILED` */
export const saveConfig = (folder: string, text: string): Promise<void> =>
  saveText(join(folder, CONFIG_FILE), text);

/** The same under a name. */
export async function saveText(path: string, text: string | Uint8Array): Promise<void> {
  const part = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(part, text);
    await rename(part, path);
  } catch (cause) {
    await rm(part, { force: true });
    throw new CliError('WRITE_FAILED', {
      where: path,
      expected: 'a file that can be written',
      received: (cause as Error).message,
      cause,
    });
  }
}
