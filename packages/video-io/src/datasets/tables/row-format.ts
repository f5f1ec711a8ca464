import type { TextBlock } from './text-block.js';
import type { OnBadLine } from './text-encoding.js';

/** Where a row lies in its file. */
export interface RowPlace {
  /** Byte offset. */
  readonly start: number;
  /** In bytes. */
  readonly length: number;
  /** Line on which the row begins, from 1. */
  readonly line: number;
}

/**
 * What a scan does with each row: the bytes of a block from `from` to `to`, exclusive, that begin on a line, from 1. A format
 * that is no text gives the row instead.
 */
export type VisitRow<Row = never> = (
  block: TextBlock,
  from: number,
  to: number,
  line: number,
  row?: Row,
) => void;

/** A row that was seen to be right without parsing it: where in its block its parts stand, ends exclusive. */
export interface PlainRow {
  readonly idFrom: number;
  readonly idTo: number;
  /** The name of its class, none where both are the same. */
  readonly classFrom: number;
  readonly classTo: number;
}

/** A kind of file that is made of rows. All throw `MANIFEST_INVALID` with the file and the line. */
export interface RowFormat<Row> {
  /** Visits all rows in order. Their bytes are UTF-8; `onBadLine` hears of others. */
  scan(path: string, visit: VisitRow<Row>, onBadLine?: OnBadLine): Promise<void>;
  /** The text of a row again that `scan` visited. */
  read(path: string, place: RowPlace): Promise<string>;
  /** What a row's text says. */
  parse(path: string, text: string, line: number): Row;
}
