import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { fileError } from '../../system-failure.js';
import { manifestFault } from './fault.js';

/**
 * What the file system says about an annotation file. Whatever else there may be under a path, a pipe among them, would
 * fail late or be waited for without end.
 *
 * @throws {VideoError} `MANIFEST_INVALID` unless there is a regular file.
 */
export async function regularFile(path: string): Promise<BigIntStats> {
  const facts = await stat(path, { bigint: true }).catch((error: Error) => {
    throw fileError(error, 'MANIFEST_INVALID', path, 'a file');
  });
  if (facts.isFile()) return facts;
  throw manifestFault(path, 'a file', facts.isDirectory() ? 'a folder' : 'a pipe or a device');
}
