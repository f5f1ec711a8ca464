import { join } from 'node:path';
import { saveText } from '../config/save-config.js';

/** Writes values as files of JSON into a folder, each whole or not at all. What is no number is null there. @throws CliError `WRITE_FAILED` */
export async function writeResults(folder: string, files: Readonly<Record<string, object>>): Promise<void> {
  for (const [name, value] of Object.entries(files))
    await saveText(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
}
