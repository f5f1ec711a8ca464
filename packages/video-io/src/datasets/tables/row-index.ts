import type { RowPlace } from './row-format.js';

/** Where the rows of a file lie: 16 bytes a row. */
export interface RowIndex {
  readonly length: number;
  add(start: number, length: number, line: number): void;
  at(row: number): RowPlace;
}

/** An index without some of its rows. */
export function withoutRows(rows: RowIndex, dropped: ReadonlySet<number>): RowIndex {
  if (dropped.size === 0) return rows;
  const kept = rowIndex();
  for (let row = 0; row < rows.length; row++) {
    const { start, length, line } = rows.at(row);
    if (!dropped.has(row)) kept.add(start, length, line);
  }
  return kept;
}

/** An empty index. Its arrays double as they fill. */
export function rowIndex(): RowIndex {
  let starts = new Float64Array(1024);
  let lengths = new Uint32Array(1024);
  let lines = new Uint32Array(1024);
  let count = 0;
  return {
    get length() {
      return count;
    },
    add(start, length, line) {
      if (count === starts.length) {
        starts = copied(starts, new Float64Array(count * 2));
        lengths = copied(lengths, new Uint32Array(count * 2));
        lines = copied(lines, new Uint32Array(count * 2));
      }
      starts[count] = start;
      lengths[count] = length;
      lines[count] = line;
      count += 1;
    },
    at: (row) => ({ start: starts[row]!, length: lengths[row]!, line: lines[row]! }),
  };
}

function copied<A extends Float64Array | Uint32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
