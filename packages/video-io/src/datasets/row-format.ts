/** Where a row lies in its file. */
export interface RowPlace {
  /** Byte offset. */
  readonly start: number;
  /** In bytes. */
  readonly length: number;
  /** Line on which the row begins, from 1. */
  readonly line: number;
}

/** What a scan does with each row: the part of `text` from `from` to `to`, exclusive, and the numbers of a `RowPlace`. */
export type VisitRow = (
  text: string,
  from: number,
  to: number,
  start: number,
  length: number,
  line: number,
) => void;

/** A kind of file that is made of rows. All throw `MANIFEST_INVALID` with the file and the line. */
export interface RowFormat<Row> {
  /** Visits the texts of all rows in order. */
  scan(path: string, visit: VisitRow): Promise<void>;
  /** The text of a row again that `scan` visited. */
  read(path: string, place: RowPlace): Promise<string>;
  /** What a row's text says. */
  parse(path: string, text: string, line: number): Row;
}
