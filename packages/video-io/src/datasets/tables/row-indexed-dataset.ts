import { basename, resolve } from 'node:path';
import { fileVersion } from '../../container/file-version.js';
import type { VideoDataset } from '../../video.js';
import { outOfRange } from '../out-of-range.js';
import { manifestFault, rowFault } from './fault.js';
import { regularFile } from './regular-file.js';
import { type AnnotatedSample, type RowSource, scanRows } from './scan-rows.js';

export interface RowIndexedDatasetOptions<Row> extends RowSource<Row> {
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
export async function rowIndexedDataset<Row>(options: RowIndexedDatasetOptions<Row>): Promise<VideoDataset> {
  const { path, format, annotate } = options;
  const version = fileVersion(await regularFile(path));
  const { rows, classes: found, ids } = await scanRows(options);
  if (rows.length === 0) throw manifestFault(path, 'at least one sample', 'none');

  const readRow = async (index: number): Promise<AnnotatedSample> => {
    const place = rows.at(index);
    const row = format.parse(path, await format.read(path, place), place.line);
    return annotate(row, rowFault(path, place.line));
  };
  for (const { row, earlier } of ids.candidates()) {
    const [{ sample }, before] = await Promise.all([readRow(row), readRow(earlier)]);
    if (sample.id !== before.sample.id) continue;
    rowFault(path, rows.at(row).line)(
      'every id once',
      `"${sample.id}", which is already on line ${rows.at(earlier).line}`,
    );
  }

  const classes = options.classes ?? (found.size > 0 ? [...found].sort() : undefined);
  const labels = new Map(classes?.map((name, label) => [name, label]));
  const name = basename(path);
  return {
    name,
    ...(classes && { classes }),
    length: rows.length,
    async at(index) {
      if (!Number.isInteger(index) || index < 0 || index >= rows.length) outOfRange(name, rows.length, index);
      if (fileVersion(await regularFile(path)) !== version) {
        throw manifestFault(path, 'the file as it was when it was opened', 'one that changed since');
      }
      const { sample, className } = await readRow(index);
      return {
        ...sample,
        source: resolve(options.folder, sample.source),
        ...(className !== undefined && { label: labels.get(className)! }),
      };
    },
  };
}
