import { readFile } from 'node:fs/promises';
import { CheckpointNotFoundError, ConfigError } from '../errors.js';
import { writeAtomically } from '../write-atomically.js';

/**
 * @throws CheckpointNotFoundError
 * @throws ConfigError when the file holds no JSON object.
 */
export async function readJson(path: string): Promise<object> {
  const text = await orNotFound(path, readFile(path, 'utf8'));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(path, 'the file', 'JSON', String(error));
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  throw new ConfigError(path, 'the file', 'a JSON object', json);
}

export async function writeJson(path: string, json: object): Promise<void> {
  await writeAtomically(path, async (file) => {
    await file.writeFile(`${JSON.stringify(json, null, 2)}\n`);
  });
}

/** The result of reading `path`, with a typed error when there is no such file. */
export async function orNotFound<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new CheckpointNotFoundError(path, { cause: error });
    }
    throw error;
  }
}
