import { type FileHandle, open, stat } from 'node:fs/promises';
import { VideoError } from '../errors.js';
import { fileError, isSystemError, systemFailed } from '../system-failure.js';
import type { TarMember } from './tar-members.js';

export function invalidShard(path: string, expected: string, received: string): VideoError {
  return new VideoError('SHARD_INVALID', { source: path, expected, received });
}

/** Tells one content of a tar file from another. @throws {VideoError} `SHARD_INVALID` unless there is a file. */
export async function shardVersion(path: string): Promise<string> {
  const facts = await stat(path).catch((error: Error) => {
    throw fileError(error, 'SHARD_INVALID', path, 'a tar file');
  });
  if (!facts.isFile()) throw invalidShard(path, 'a tar file', 'a folder, a pipe or a device');
  return `${facts.size} bytes of ${facts.mtimeMs}`;
}

export async function withShard<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path).catch((error: Error) => {
    throw fileError(error, 'SHARD_INVALID', path, 'a tar file');
  });
  try {
    return await use(file);
  } catch (error) {
    throw isSystemError(error) ? systemFailed(path, 'to read the file', error) : error;
  } finally {
    await file.close();
  }
}

/** @throws {VideoError} `SHARD_INVALID` when the file ends too early. */
export async function contentOf(file: FileHandle, path: string, { start, size }: TarMember): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, start);
  if (bytesRead === size) return buffer;
  throw invalidShard(path, `${size} bytes from byte ${start}`, `${bytesRead}`);
}
