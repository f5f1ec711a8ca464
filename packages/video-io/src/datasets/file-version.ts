import { regularFile } from './regular-file.js';

/** Tells one content of a file from another, as far as a file system does so cheaply. */
export async function fileVersion(path: string): Promise<string> {
  const { size, mtimeMs } = await regularFile(path);
  return `${size} bytes of ${mtimeMs}`;
}
