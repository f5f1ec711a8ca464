import { mkdir, readFile } from 'node:fs/promises';
import { showValue } from '@tgm/options';
import { ModelError } from '../errors.js';
import { orFileFailed, orNotFound } from '../file-failed.js';
import { writeAtomically } from '../write-atomically.js';

/** @throws ModelError with `CHECKPOINT_NOT_FOUND`, `FILE_FAILED`, or `CONFIG_INVALID` when the file holds no JSON object. */
export async function readJson(path: string): Promise<object> {
  return jsonObject(path, await orNotFound(path, readFile(path, 'utf8')));
}

/** @throws ModelError with `CONFIG_INVALID` when the text of a file is no JSON object. */
export function jsonObject(path: string, text: string): object {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ModelError('CONFIG_INVALID', { where: path, expected: 'JSON', received: String(cause), cause });
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  throw new ModelError('CONFIG_INVALID', {
    where: path,
    expected: 'a JSON object',
    received: showValue(json),
  });
}

/** The same, or nothing when there is no such file. */
export function readJsonIfThere(path: string): Promise<object | undefined> {
  return readJson(path).catch((error: unknown) => {
    if (error instanceof ModelError && error.code === 'CHECKPOINT_NOT_FOUND') return undefined;
    throw error;
  });
}

/** Makes the folder of a checkpoint, if it is not there. @throws ModelError with `FILE_FAILED` */
export async function makeFolder(path: string): Promise<void> {
  await orFileFailed(path, 'a folder', mkdir(path, { recursive: true }));
}

export async function writeJson(path: string, json: object): Promise<void> {
  await writeAtomically(path, async (file) => {
    await file.writeFile(`${JSON.stringify(json, null, 2)}\n`);
  });
}
