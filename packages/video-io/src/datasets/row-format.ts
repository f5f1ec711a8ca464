/** Where a row lies in its file. */
export interface RowPlace {
  /** Byte offset. */
  readonly start: number;
  /** In bytes. */
  readonly length: number;
  /** Line on which the row begins, from 1. */
  readonly line: number;
}

/** What a scan does with each row; the numbers are those of a `RowPlace`. */
export type VisitRow<Row> = (row: Row, start: number, length: number, line: number) => void;

/** A kind of file that is made of rows. Both throw `MANIFEST_INVALID` with the file and the line. */
export interface RowFormat<Row> {
  /** Visits every row in order. */
  scan(path: string, visit: VisitRow<Row>): Promise<void>;
  /** A row again that `scan` visited. */
  load(path: string, place: RowPlace): Promise<Row>;
}
