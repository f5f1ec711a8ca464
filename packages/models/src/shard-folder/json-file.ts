import { readFile } from 'node:fs/promises';
import { writeAtomically } from '../write-atomically.js';
import { orAbsent, orFailed } from './shard-fault.js';
import type { DamagedFile, FolderContext } from './shard-folder.js';

/** The text of a JSON file, and what it says. */
export interface JsonFile {
  readonly text: string;
  readonly value: unknown;
}

/**
 * Undefined where there is no such file.
 * @throws `damaged`, `failed`
 */
export async function readJsonFile(
  { fault }: FolderContext,
  path: string,
  damaged: DamagedFile,
): Promise<JsonFile | undefined> {
  const text = await orAbsent(fault, path, readFile(path, 'utf8'));
  if (text === undefined) return undefined;
  try {
    return { text, value: JSON.parse(text) };
  } catch (cause) {
    throw damaged(path, 'JSON', String(cause), cause);
  }
}

/** @throws `failed` */
export async function writeTextFile({ fault }: FolderContext, path: string, text: string): Promise<void> {
  await orFailed(
    fault,
    path,
    'a path that can be written',
    writeAtomically(path, (file) => file.writeFile(text)),
  );
}
