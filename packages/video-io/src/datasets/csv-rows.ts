import { scanRecords, splitCells } from './csv-records.js';
import { type RowFault, rowFault } from './fault.js';
import type { RowFormat } from './row-format.js';
import { readText } from './text-lines.js';

export interface CsvColumns {
  /** The header must name all of these; of a list of names, one. */
  readonly required: readonly (string | readonly string[])[];
  /** A cell of an absent column is empty. */
  readonly optional: readonly string[];
}

/** Cells of the required columns, then of the optional ones. */
export type CsvRow = readonly string[];

/**
 * CSV with a header line, as RFC 4180 has it: commas, quotes doubled inside quotes, line breaks inside quotes. A byte
 * order mark, CRLF, blank lines and spaces around bare cells are allowed, further columns are skipped. Every row must
 * have as many cells as the header.
 *
 * The format learns where its columns lie from the header of the file that it scans, so it serves one file.
 */
export function csvRows({ required, optional }: CsvColumns): RowFormat<CsvRow> {
  let width = 0;
  let picked: number[] = [];

  function readHeader(names: readonly string[], fault: RowFault): void {
    const found = required.map((wanted) => [wanted].flat().find((name) => names.includes(name)));
    if (found.includes(undefined)) {
      const wanted = required
        .map((each) =>
          [each]
            .flat()
            .map((name) => `"${name}"`)
            .join(' or '),
        )
        .join(', ');
      fault(`expected a header with ${wanted}, separated by commas, got ${names.join(', ')}`);
    }
    const twice = names.find((name, i) => name !== '' && names.indexOf(name) !== i);
    if (twice !== undefined) fault(`column "${twice}" is there twice`);
    width = names.length;
    picked = [...found, ...optional].map((name) => names.indexOf(name!));
  }

  function pick(cells: readonly string[], fault: RowFault): CsvRow {
    if (cells.length !== width) {
      fault(`expected ${width} cells, as in the header, got ${cells.length}`);
    }
    return picked.map((column) => (column < 0 ? '' : cells[column]!));
  }

  return {
    async scan(path, visit) {
      await scanRecords(path, (text, from, to, start, length, line) => {
        if (width === 0) {
          const fault = rowFault(path, line);
          readHeader(splitCells(text.slice(from, to), fault), fault);
        } else visit(text, from, to, start, length, line);
      });
    },
    read: (path, { start, length }) => readText(path, start, length),
    parse(path, text, line) {
      const fault = rowFault(path, line);
      return pick(splitCells(text, fault), fault);
    },
  };
}
