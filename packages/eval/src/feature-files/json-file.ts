import { readFile } from 'node:fs/promises';
import { writeAtomically } from '@tgm/models';
import { type DamagedFile, orAbsent, orFileFailed } from './file-faults.js';

/** The text of a JSON file, and what it says. */
export interface JsonFile {
  readonly text: string;
  readonly value: unknown;
}

/**
 * Undefined where there is no such file.
 * @throws EvaluationError `FEATURES_DAMAGED`, `FILE_FAILED`
 */
export async function readJsonFile(path: string, damaged: DamagedFile): Promise<JsonFile | undefined> {
  const text = await orAbsent(path, readFile(path, 'utf8'));
  if (text === undefined) return undefined;
  try {
    return { text, value: JSON.parse(text) };
  } catch (cause) {
    throw damaged(path, 'JSON', String(cause), cause);
  }
}

/** @throws EvaluationError `FILE_FAILED` */
export async function writeTextFile(path: string, text: string): Promise<void> {
  await orFileFailed(
    path,
    'a path that can be written',
    writeAtomically(path, (file) => file.writeFile(text)),
  );
}
