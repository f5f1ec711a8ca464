import { stat } from 'node:fs/promises';
import { manifestFault } from './fault.js';

/** Tells one content of a file from another, as far as a file system does so cheaply. */
export async function fileVersion(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path).catch((error: Error) => {
    throw manifestFault(path, error.message);
  });
  return `${size} bytes of ${mtimeMs}`;
}
