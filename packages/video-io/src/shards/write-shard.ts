import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { optionTable, showValue } from '@tgm/options';
import { VideoError } from '../errors.js';
import { iterable, requirePath } from '../option-fields.js';
import { systemFailed } from '../system-failure.js';
import { encodeTarHeader, LARGEST_MEMBER, paddedSize, TAR_BLOCK } from './tar-header.js';

/** One sample of a WebDataset shard. */
export interface ShardSample {
  /** Common part of its files' names: no dot, no slash. */
  readonly key: string;
  /** Content by ending: `mp4`, `json`, `txt`, … An ending may hold dots. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/** Bytes of a name that fit into a plain header. Longer ones would need extended headers, which nothing here writes. */
const LONGEST_NAME = 100;

const ARGUMENTS = optionTable('writeShard', { samples: iterable('a list of samples') }, VideoError);

/**
 * Writes a WebDataset shard: a tar file in which the files of a sample follow each other as `<key>.<ending>`. The same
 * samples give the same bytes. The file appears under `path` only when it is complete.
 *
 * @returns samples that were written.
 * @throws {VideoError} `OPTION_INVALID` for a key or ending that WebDataset could not read back; `SYSTEM_FAILED`
 * where the file system refuses; whatever `samples` throws.
 */
export async function writeShard(
  path: string,
  samples: AsyncIterable<ShardSample> | Iterable<ShardSample>,
): Promise<number> {
  requirePath('writeShard', path);
  ARGUMENTS.check({ samples });
  // Two jobs may write the same file at once: containers all have the same process number.
  const temporary = `${path}.${randomUUID()}.tmp`;
  const file = await writing(path, open(temporary, 'w'));
  try {
    const keys = new Set<string>();
    for await (const sample of samples) {
      const { key, files } = sample ?? {};
      if (typeof key !== 'string') throw invalid(path, 'samples with a key', showValue(sample));
      if (typeof files !== 'object' || files === null)
        throw invalid(path, `files by ending for "${key}"`, showValue(files));
      if (!/^[^./\0]+$/.test(key)) throw invalid(path, 'a key without dots and slashes', `"${key}"`);
      if (keys.has(key)) throw invalid(path, 'every key once', `"${key}" twice`);
      keys.add(key);
      for (const [ending, content] of Object.entries(files))
        await writeMember(file, path, `${key}.${ending}`, content);
    }
    await writing(path, file.writeFile(Buffer.alloc(2 * TAR_BLOCK)));
    await writing(path, file.sync());
    await file.close();
    await writing(path, rename(temporary, path));
    return keys.size;
  } catch (error) {
    await file.close();
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeMember(file: FileHandle, path: string, name: string, content: Uint8Array): Promise<void> {
  if (name.endsWith('.') || name.includes('/') || Buffer.byteLength(name) > LONGEST_NAME) {
    throw invalid(path, `names of at most ${LONGEST_NAME} bytes without slashes`, `"${name}"`);
  }
  if (!(content instanceof Uint8Array))
    throw invalid(path, `bytes as the content of "${name}"`, showValue(content));
  const { length: size } = content;
  if (size > LARGEST_MEMBER) throw invalid(path, `files of at most ${LARGEST_MEMBER} bytes`, `${size}`);
  for (const part of [
    encodeTarHeader({ name, size, type: '0' }),
    content,
    Buffer.alloc(paddedSize(size) - size),
  ])
    await writing(path, file.writeFile(part));
}

/** @throws {VideoError} `SYSTEM_FAILED` where the file system refuses: a full disk, a folder that is not there. */
function writing<T>(path: string, work: Promise<T>): Promise<T> {
  return work.catch((error: Error) => {
    throw systemFailed(path, 'to write the file', error);
  });
}

function invalid(path: string, expected: string, received: string): VideoError {
  return new VideoError('OPTION_INVALID', { source: path, expected, received });
}
