import { dirname } from 'node:path';
import { optionTable } from '@tgm/options';
import { VideoError } from '../errors.js';
import { requirePath } from '../option-fields.js';
import { MANIFEST_FIELDS, type ManifestOptions } from './annotation-options.js';
import type { AnnotatedDataset } from './bad-rows.js';
import { csvRows } from './tables/csv-rows.js';
import { rowIndexedDataset } from './tables/row-indexed-dataset.js';

export const CSV_MANIFEST_OPTIONS = optionTable('readCsvManifest', MANIFEST_FIELDS, VideoError);

/**
 * Reads a CSV manifest with a header line (RFC 4180: commas, quotes doubled inside quotes):
 *
 *     file,caption,label
 *     a.mp4,"A man juggles, then bows.",juggling
 *
 * `file` or `path` is relative to the manifest's folder and is the id as well. `caption` and `label` may be left out,
 * as columns or cells; other columns are ignored. Labels are texts: the data set's `classes` are their sorted names.
 * A byte order mark and CRLF are allowed. The videos themselves are not opened. Rows stay on disk: 16 bytes of each are
 * kept in memory.
 *
 * @throws {VideoError} `MANIFEST_INVALID`, with the line where there is one.
 */
export async function readCsvManifest(
  path: string,
  options: ManifestOptions = {},
): Promise<AnnotatedDataset> {
  requirePath('readCsvManifest', path);
  const { badRows } = CSV_MANIFEST_OPTIONS.check(options);
  const format = csvRows({ required: [['file', 'path']], optional: ['label', 'caption'] });
  return rowIndexedDataset({
    badRows,
    path,
    folder: dirname(path),
    format,
    plainRow(block, from, to) {
      const cells = format.plainCells(block, from, to);
      if (!cells || cells[0] === cells[1]) return undefined;
      return { idFrom: cells[0]!, idTo: cells[1]!, classFrom: cells[2]!, classTo: cells[3]! };
    },
    annotate([file, label, caption], fault) {
      const id = file || fault('the path of a video', 'an empty cell');
      return {
        sample: { id, source: id, captions: caption ? [caption] : [] },
        className: label || undefined,
      };
    },
  });
}
