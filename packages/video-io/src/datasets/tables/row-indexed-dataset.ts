import { basename, resolve } from 'node:path';
import { fileVersion } from '../../container/file-version.js';
import { type AnnotatedDataset, type BadRowPolicy, rowAttempts } from '../bad-rows.js';
import { outOfRange } from '../out-of-range.js';
import { manifestFault, rowFault } from './fault.js';
import { regularFile } from './regular-file.js';
import type { RowPlace } from './row-format.js';
import { withoutRows } from './row-index.js';
import { type AnnotatedSample, type RowSource, scanRows } from './scan-rows.js';

export interface RowIndexedDatasetOptions<Row> extends Omit<RowSource<Row>, 'attempts'> {
  readonly badRows: BadRowPolicy;
  /** What the samples' sources are relative to. */
  readonly folder: string;
}

/**
 * A data set whose rows stay in their file: opening reads and checks every row once and keeps 16 bytes of each, `at`
 * reads its row again.
 *
 * @throws {VideoError} `MANIFEST_INVALID` with the file and the line, as `annotate` and the format throw it; for an id
 * that was there before, an unknown class, and a file without rows.
 */
export async function rowIndexedDataset<Row>(
  options: RowIndexedDatasetOptions<Row>,
): Promise<AnnotatedDataset> {
  const { path, format, annotate, badRows: policy } = options;
  const version = fileVersion(await regularFile(path));
  const attempts = rowAttempts(policy);
  const { rows: found, classes: named, ids } = await scanRows({ ...options, attempts });

  const readRow = async (place: RowPlace): Promise<AnnotatedSample> => {
    const row = format.parse(path, await format.read(path, place), place.line);
    return annotate(row, rowFault(path, place.line));
  };
  const again = new Set<number>();
  for (const { row, earlier } of ids.candidates()) {
    const [place, before] = [found.at(row), found.at(earlier)];
    const [{ sample }, { sample: first }] = await Promise.all([readRow(place), readRow(before)]);
    if (sample.id !== first.id || again.has(row)) continue;
    const received = `"${sample.id}", which is already on line ${before.line}`;
    attempts.leaveOut(manifestFault(path, 'every id once', received, place.line));
    again.add(row);
  }
  const rows = withoutRows(found, again);
  if (rows.length === 0) throw manifestFault(path, 'at least one sample', 'none');

  const classes = options.classes ?? (named.size > 0 ? [...named].sort() : undefined);
  const labels = new Map(classes?.map((name, label) => [name, label]));
  const name = basename(path);
  return {
    name,
    ...(classes && { classes }),
    length: rows.length,
    badRows: attempts.badRows,
    async at(index) {
      if (!Number.isInteger(index) || index < 0 || index >= rows.length) outOfRange(name, rows.length, index);
      if (fileVersion(await regularFile(path)) !== version) {
        throw manifestFault(path, 'the file as it was when it was opened', 'one that changed since');
      }
      const { sample, className } = await readRow(rows.at(index));
      return {
        ...sample,
        source: resolve(options.folder, sample.source),
        ...(className !== undefined && { label: labels.get(className)! }),
      };
    },
  };
}
