/** What a scan does with each row. `start` is a byte offset, `length` in bytes, `line` where the row begins, from 1. */
export type VisitRow<Row> = (row: Row, start: number, length: number, line: number) => void;

/** A kind of text file that is made of rows. Both throw `MANIFEST_INVALID` with the file and the line. */
export interface RowFormat<Row> {
  /** Visits every row in order. */
  scan(path: string, visit: VisitRow<Row>): Promise<void>;
  /** A single row again, from its text. */
  parse(path: string, text: string, line: number): Row;
}
