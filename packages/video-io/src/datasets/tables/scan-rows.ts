import type { VideoSample } from '../../video.js';
import type { RowAttempts } from '../bad-rows.js';
import { type DuplicateIds, duplicateIds } from './duplicate-ids.js';
import { type RowFault, rowFault } from './fault.js';
import type { PlainRow, RowFormat, VisitRow } from './row-format.js';
import { type RowIndex, rowIndex } from './row-index.js';
import { type TextBlock, textBlock } from './text-block.js';
import { hashText } from './text-hashes.js';

/** A row as its data set means it. */
export interface AnnotatedSample {
  readonly sample: VideoSample;
  /** The sample's class where the file gives it as text; its label is its place among the classes. */
  readonly className?: string | undefined;
}

/** A file of rows and what they mean. */
export interface RowSource<Row> {
  readonly path: string;
  readonly format: RowFormat<Row>;
  /** Checks a row and says what it means. `fault` knows the line. */
  readonly annotate: (row: Row, fault: RowFault) => AnnotatedSample;
  /** Makes opening faster: what a row says in its plainest form, undefined for any other. */
  readonly plainRow?: (block: TextBlock, from: number, to: number) => PlainRow | undefined;
  /** Names of the classes, in the order of their labels. Default: those in the file, sorted. */
  readonly classes?: readonly string[] | undefined;
  /** What becomes of bad rows. */
  readonly attempts: RowAttempts;
}

/** Bytes of an id that need no new memory. */
const LONGEST_ID = 4096;

/** What one reading of a whole file leaves. */
export interface ScannedRows {
  readonly rows: RowIndex;
  readonly ids: DuplicateIds;
  /** Names of the classes in the file. */
  readonly classes: ReadonlySet<string>;
}

/** Reads and checks every row once, but that no id is there twice. */
export async function scanRows<Row>({
  path,
  format,
  annotate,
  plainRow,
  classes: wanted,
  attempts,
}: RowSource<Row>): Promise<ScannedRows> {
  const rows = rowIndex();
  const ids = duplicateIds();
  const classes = new Set<string>();
  const known = wanted && new Set(wanted);
  let lineInHand = 1;
  const fault: RowFault = (...what) => rowFault(path, lineInHand)(...what);
  const noteClass = (name: string): void => {
    if (known && !known.has(name)) fault(`one of ${known.size} classes`, `"${name}"`);
    classes.add(name);
  };
  const isNewClass = newTexts();
  let written = textBlock(Buffer.alloc(LONGEST_ID), 0);
  const addId = (id: string): void => {
    const length = Buffer.byteLength(id);
    if (length > written.bytes.length) written = textBlock(Buffer.alloc(length), 0);
    written.bytes.write(id);
    ids.add(written, 0, length);
  };
  const visit: VisitRow<Row> = (block, from, to, line, given) => {
    lineInHand = line;
    const plain = plainRow?.(block, from, to);
    if (plain) {
      const { idFrom, idTo, classFrom, classTo } = plain;
      if (classFrom < classTo && isNewClass(block, classFrom, classTo)) {
        noteClass(block.bytes.toString('utf8', classFrom, classTo));
      }
      ids.add(block, idFrom, idTo);
    } else {
      const row = given ?? format.parse(path, block.bytes.toString('utf8', from, to), line);
      const { sample, className } = annotate(row, fault);
      if (className !== undefined) noteClass(className);
      addId(sample.id);
    }
    rows.add(block.start + from, to - from, line);
  };
  await format.scan(
    path,
    (block, from, to, line, given) => {
      try {
        visit(block, from, to, line, given);
      } catch (error) {
        // Quotes that are not closed may take many sound rows into one bad one.
        if (block.bytes.subarray(from, to).includes('\n')) throw error;
        attempts.leaveOut(error);
      }
    },
    attempts.leaveOut,
  );
  return { rows, ids, classes };
}

/** Tells of few different texts whether it is asked for the first time, by 53 bits of their hash. */
function newTexts() {
  const seen = new Set<number>();
  const hash = new Uint32Array(2);
  return (...[block, from, to]: Parameters<DuplicateIds['add']>): boolean => {
    hashText(block, from, to, hash, 0);
    const { size } = seen;
    return seen.add(hash[0]! * 2 ** 21 + (hash[1]! >>> 11)).size > size;
  };
}
