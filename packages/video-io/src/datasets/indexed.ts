import { basename, resolve } from 'node:path';
import type { VideoDataset, VideoSample } from '../video.js';
import { manifestFault, type RowFault, rowFault } from './fault.js';
import { fileVersion } from './file-version.js';
import { outOfRange } from './out-of-range.js';
import type { RowFormat } from './row-format.js';
import { type RowIndex, rowIndex } from './row-index.js';
import { seenIds } from './seen-ids.js';

/** A row as its data set means it. */
export interface AnnotatedSample {
  readonly sample: VideoSample;
  /** The sample's class where the file gives it as text; its label is its place among the classes. */
  readonly className?: string | undefined;
}

export interface IndexedDatasetOptions<Row> {
  readonly path: string;
  readonly format: RowFormat<Row>;
  /** What the samples' sources are relative to. */
  readonly folder: string;
  /** Checks a row and says what it means. `fault` knows the line. */
  readonly annotate: (row: Row, fault: RowFault) => AnnotatedSample;
  /**
   * Where the id stands in a row that is seen to be right without parsing it; undefined for any other row, and for rows
   * with a class. It makes opening faster.
   */
  readonly plainId?: (text: string, from: number, to: number) => { from: number; to: number } | undefined;
  /** Names of the classes, in the order of their labels. Default: those in the file, sorted. */
  readonly classes?: readonly string[] | undefined;
}

/**
 * A data set whose rows stay in their file: opening reads and checks every row once and keeps 16 bytes of each, `at`
 * reads its row again.
 *
 * @throws {VideoError} `MANIFEST_INVALID` with the file and the line, as `annotate` and the format throw it; for an id
 * that was there before, an unknown class, and a file without rows.
 */
export async function indexedDataset<Row>(options: IndexedDatasetOptions<Row>): Promise<VideoDataset> {
  const { path, format, annotate } = options;
  const version = await fileVersion(path);
  const { rows, found } = await indexRows(options);
  if (rows.length === 0) throw manifestFault(path, 'expected at least one sample, got none');

  const classes = options.classes ?? (found.size > 0 ? [...found].sort() : undefined);
  const labels = new Map(classes?.map((name, label) => [name, label]));
  const name = basename(path);
  return {
    name,
    ...(classes && { classes }),
    length: rows.length,
    async at(index) {
      if (!Number.isInteger(index) || index < 0 || index >= rows.length) outOfRange(name, rows.length, index);
      if ((await fileVersion(path)) !== version)
        throw manifestFault(path, 'the file changed since it was opened');
      const place = rows.at(index);
      const row = format.parse(path, await format.read(path, place), place.line);
      const { sample, className } = annotate(row, rowFault(path, place.line));
      return {
        ...sample,
        source: resolve(options.folder, sample.source),
        ...(className !== undefined && { label: labels.get(className)! }),
      };
    },
  };
}

/** Apart, so that the ids' table is not kept alive by the data set. `found` are the names of the classes. */
async function indexRows<Row>({
  path,
  format,
  annotate,
  plainId,
  classes,
}: IndexedDatasetOptions<Row>): Promise<{ rows: RowIndex; found: Set<string> }> {
  const rows = rowIndex();
  const ids = seenIds();
  const found = new Set<string>();
  const given = classes && new Set(classes);
  let lineInHand = 1;
  const fault: RowFault = (message, code) => rowFault(path, lineInHand)(message, code);
  const requireNew = (text: string, from: number, to: number): void => {
    const earlier = ids.add(text, from, to, rows.length);
    if (earlier === undefined) return;
    fault(`id "${text.slice(from, to)}" is already on line ${rows.at(earlier).line}`);
  };
  await format.scan(path, (text, from, to, start, length, line) => {
    lineInHand = line;
    const plain = plainId?.(text, from, to);
    if (plain) requireNew(text, plain.from, plain.to);
    else {
      const row = text.slice(from, to);
      const { sample, className } = annotate(format.parse(path, row, line), fault);
      // Text that was cut out is slow to read by character: rather the same text where it was cut out.
      const { id } = sample;
      const at = row.indexOf(id);
      if (at >= 0) requireNew(text, from + at, from + at + id.length);
      else requireNew(id, 0, id.length);
      if (className !== undefined && given && !given.has(className)) {
        fault(`expected one of ${given.size} classes, got "${className}"`);
      }
      if (className !== undefined) found.add(className);
    }
    rows.add(start, length, line);
  });
  return { rows, found };
}
