import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { datasetOf } from './dataset.js';
import { VideoError, type VideoErrorCode } from './errors.js';
import type { VideoDataset, VideoSample } from './video.js';

interface CsvRow {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

/**
 * Reads a CSV manifest with a header line (RFC 4180: commas, quotes doubled inside quotes):
 *
 *     file,caption,label
 *     a.mp4,"A man juggles, then bows.",juggling
 *
 * `file` or `path` is relative to the manifest's folder and is the id as well. `caption` and `label` may be left out,
 * as columns or cells; other columns are ignored. Labels are texts: the data set's `classes` are their sorted names.
 * A byte order mark and CRLF are allowed. The videos themselves are not opened.
 *
 * @throws {VideoError} `MANIFEST_INVALID`, with the line where there is one.
 */
export async function readCsvManifest(path: string): Promise<VideoDataset> {
  const fail = (message: string, line?: number, code: VideoErrorCode = 'MANIFEST_INVALID'): never => {
    const where = line === undefined ? path : `${path}:${line}`;
    throw new VideoError(code, `${where}: ${message}.`, {
      source: path,
      ...(line !== undefined && { line }),
    });
  };
  const text = await readFile(path, 'utf8').catch((error: Error) => fail(error.message));
  const rows = parseRows(text, fail);
  const [first] = rows;
  if (first === undefined) return fail('expected a header line and at least one row, got none');
  const column = ['file', 'path'].find((name) => name in first.record);
  if (column === undefined) {
    return fail(`expected a column "file" or "path", got ${Object.keys(first.record).join(', ')}`, 1);
  }
  const classes = [...new Set(rows.map(({ record }) => record.label ?? ''))]
    .filter((name) => name !== '')
    .sort();
  const folder = dirname(resolve(path));
  const lineOfId = new Map<string, number>();
  const samples = rows.map(({ record, info }): VideoSample => {
    const id = record[column]!;
    if (id === '') fail(`column "${column}" is empty`, info.lines);
    if (lineOfId.has(id)) fail(`${column} "${id}" is already on line ${lineOfId.get(id)}`, info.lines);
    lineOfId.set(id, info.lines);
    return {
      id,
      source: resolve(folder, id),
      captions: record.caption ? [record.caption] : [],
      ...(record.label && { label: classes.indexOf(record.label) }),
    };
  });
  return datasetOf(basename(path), samples, classes.length > 0 ? classes : undefined);
}

function parseRows(text: string, fail: (message: string, line?: number) => never): CsvRow[] {
  try {
    return parse(text, { bom: true, columns: true, info: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    const { lines, message } = error as Error & { lines?: number };
    return fail(message, lines);
  }
}
