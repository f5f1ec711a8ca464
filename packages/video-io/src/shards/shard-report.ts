import { readFile, rename, writeFile } from 'node:fs/promises';
import { VideoError, type VideoErrorCode } from '../errors.js';
import type { ShardEncoding } from './reencode.js';

/** What became of the samples of one tar file. It stands beside it as .json. */
export interface ShardReport {
  /** Name of the tar file; none when all its samples were refused. */
  readonly file: string | null;
  /** From which data set and how it was made. */
  readonly settings: ShardSettings;
  readonly done: readonly { readonly id: string; readonly key: string; readonly frames: number }[];
  readonly refused: readonly {
    readonly id: string;
    readonly source: string;
    readonly code: VideoErrorCode;
    readonly message: string;
  }[];
}

export interface ShardSettings extends Required<ShardEncoding> {
  readonly dataset: string;
  readonly samples: number;
  readonly samplesPerShard: number;
}

/**
 * Undefined when there is none.
 *
 * @throws {VideoError} `SHARDS_DIFFER` for a report of other settings.
 */
export async function readReport(path: string, settings: ShardSettings): Promise<ShardReport | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const report: ShardReport = JSON.parse(text);
  const [before, now] = [report.settings, settings].map((each) => JSON.stringify(each));
  if (before === now) return report;
  throw new VideoError('SHARDS_DIFFER', `Expected shards of ${now}, got ${before} in "${path}".`, {
    source: path,
  });
}

/** The report appears only when it is complete. */
export async function writeReport(path: string, report: ShardReport): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(report, null, 1)}\n`);
  await rename(temporary, path);
}
