import { access, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { VideoError, type VideoErrorCode } from '../errors.js';
import { fileError, systemFailed } from '../system-failure.js';
import type { ShardEncoding } from './reencode.js';

/** What became of the samples of one tar file. It stands beside it as .json. */
export interface ShardReport {
  /** Name of the tar file; none when all its samples were refused. */
  readonly file: string | null;
  /** From which data set and how it was made. */
  readonly settings: ShardSettings;
  readonly done: readonly { readonly id: string; readonly key: string; readonly frameCount: number }[];
  readonly refused: readonly RefusedSample[];
}

/** A sample whose video could not be read, and why. */
export interface RefusedSample {
  readonly id: string;
  readonly source: string;
  readonly code: VideoErrorCode;
  readonly message: string;
  /** Version of the file that was refused: its size and the time of its last write. Null where there was none. */
  readonly version: string | null;
}

export interface ShardSettings extends Required<ShardEncoding> {
  readonly dataset: string;
  readonly samples: number;
  readonly samplesPerShard: number;
}

/**
 * The report of an earlier run; undefined when there is none, or its tar file is gone.
 *
 * @throws {VideoError} `SHARDS_DIFFER` for a report of other settings, or a file that is none.
 */
export async function readReport(path: string, settings: ShardSettings): Promise<ShardReport | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw fileError(error, 'SHARDS_DIFFER', path, 'a report that can be read');
  });
  if (text === undefined) return undefined;
  const report = parseReport(text);
  const [before, now] = [report?.settings, settings].map((each) => JSON.stringify(each));
  if (before !== now) throw differ(path, `shards of ${now}`, before ?? 'no report');
  const { file } = report!;
  if (file === null) return report;
  const there = await access(join(dirname(path), file)).then(
    () => true,
    () => false,
  );
  return there ? report : undefined;
}

function parseReport(text: string): ShardReport | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The error for what an earlier run left at `path`. */
export function differ(path: string, expected: string, received: string, advice?: string): VideoError {
  return new VideoError('SHARDS_DIFFER', { source: path, expected, received, ...(advice && { advice }) });
}

/**
 * The report appears only when it is complete.
 *
 * @param folder where it lies until then, of this process alone.
 * @throws {VideoError} `SYSTEM_FAILED`
 */
export async function writeReport(path: string, report: ShardReport, folder: string): Promise<void> {
  const temporary = join(folder, basename(path));
  try {
    await writeFile(temporary, `${JSON.stringify(report, null, 1)}\n`, { flush: true });
    await rename(temporary, path);
  } catch (error) {
    throw systemFailed(path, 'to write the file', error as Error);
  }
}
