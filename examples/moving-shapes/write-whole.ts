import { rename, writeFile } from 'node:fs/promises';

/** Writes a text file that appears whole or not at all. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
}
