import { type FileHandle, open, stat } from 'node:fs/promises';
import { fileVersion } from '../container/file-version.js';
import { VideoError } from '../errors.js';
import { fileError, isSystemError, systemFailed } from '../system-failure.js';
import type { TarMember } from './tar-members.js';

export function invalidShard(path: string, expected: string, received: string): VideoError {
  return new VideoError('SHARD_INVALID', { source: path, expected, received });
}

/** Tells one content of a tar file from another. @throws {VideoError} `SHARD_INVALID` unless there is a file. */
export async function shardVersion(path: string): Promise<string> {
  const facts = await stat(path, { bigint: true }).catch((error: Error) => {
    throw fileError(error, 'SHARD_INVALID', path, 'a tar file');
  });
  if (!facts.isFile()) throw invalidShard(path, 'a tar file', 'a folder, a pipe or a device');
  return fileVersion(facts);
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

/** Bytes that are read at once. */
const STEP = 2 ** 22;

/**
 * The content of a member piece by piece, so that one of any size needs little memory.
 *
 * @throws {VideoError} `SHARD_INVALID` when the file ends too early.
 */
export async function* piecesOf(
  file: FileHandle,
  path: string,
  { start, size }: TarMember,
): AsyncGenerator<Buffer> {
  for (let at = 0; at < size; ) {
    const length = Math.min(STEP, size - at);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start + at);
    if (bytesRead === 0) throw invalidShard(path, `${size} bytes from byte ${start}`, `${at}`);
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

/** Most bytes of a member that is read whole: the largest buffer that every supported Node can make. */
export const LARGEST_CONTENT = 2 ** 31 - 1;

/** Most bytes of a member that holds text. */
export const LARGEST_TEXT = 2 ** 26;

/** @throws {VideoError} `SHARD_INVALID` for more than `most` bytes, or when the file ends too early. */
export async function contentOf(
  file: FileHandle,
  path: string,
  member: TarMember,
  most: number,
): Promise<Buffer> {
  const { name, size } = member;
  if (size > most) throw invalidShard(path, `at most ${most} bytes in "${name}"`, `${size}`);
  const content = Buffer.alloc(size);
  let at = 0;
  for await (const piece of piecesOf(file, path, member)) at += piece.copy(content, at);
  return content;
}
