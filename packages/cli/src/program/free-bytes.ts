import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Room on the disk that a path lies on, or will lie on; nothing where the system does not tell. */
export async function freeBytes(path: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    const above = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === path) return undefined;
    return freeBytes(above);
  }
}
