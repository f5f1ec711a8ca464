import { scanRecords, splitCells } from './csv-records.js';
import { type FastCsvCells, fastCsvCells } from './fast-csv-cells.js';
import { type RowFault, rowFault } from './fault.js';
import type { RowFormat, VisitRow } from './row-format.js';
import type { TextBlock } from './text-block.js';
import { readText } from './text-lines.js';

export interface CsvColumns {
  /** The header must name all of these; of a list of names, one. */
  readonly required: readonly (string | readonly string[])[];
  /** A cell of an absent column is empty. */
  readonly optional: readonly string[];
}

/** Cells of the required columns, then of the optional ones. */
export type CsvRow = readonly string[];

export interface CsvFormat extends RowFormat<CsvRow> {
  /**
   * Where the wanted cells stand in a record that is seen to be right without cutting it up: a start and an exclusive end
   * of each, equal where its column is absent; the next call writes over them. Undefined says nothing about the record.
   */
  plainCells(block: TextBlock, from: number, to: number): Uint32Array | undefined;
}

/**
 * CSV with a header line, as RFC 4180 has it: commas, quotes doubled inside quotes, line breaks inside quotes. A byte
 * order mark, CRLF, blank lines and spaces around bare cells are allowed, further columns are skipped. Every row must
 * have as many cells as the header.
 *
 * The format learns where its columns lie from the header of the file that it scans, so it serves one file.
 */
export function csvRows({ required, optional }: CsvColumns): CsvFormat {
  let width = 0;
  let bounds = new Uint32Array(0);
  let picked: number[] = [];
  let blockInHand: TextBlock | undefined;
  let cellsInHand: FastCsvCells = () => false;
  const pickedBounds = new Uint32Array(2 * (required.length + optional.length));

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
      fault(`a header with ${wanted}, separated by commas`, names.join(', '));
    }
    const twice = names.find((name, i) => name !== '' && names.indexOf(name) !== i);
    if (twice !== undefined) fault('every column once', `"${twice}" twice`);
    width = names.length;
    bounds = new Uint32Array(2 * width);
    picked = [...found, ...optional].map((name) => names.indexOf(name!));
  }

  function pick(cells: readonly string[], fault: RowFault): CsvRow {
    if (cells.length !== width) {
      fault(`${width} cells, as in the header`, `${cells.length}`);
    }
    return picked.map((column) => (column < 0 ? '' : cells[column]!));
  }

  return {
    async scan(path, visit, onBadLine) {
      const visitRecord: VisitRow = (block, from, to, line) => {
        if (width === 0) {
          const fault = rowFault(path, line);
          readHeader(splitCells(block.bytes.toString('utf8', from, to), fault), fault);
        } else visit(block, from, to, line);
      };
      await scanRecords(path, visitRecord, onBadLine);
    },
    read: (path, { start, length }) => readText(path, start, length),
    parse(path, text, line) {
      const fault = rowFault(path, line);
      return pick(splitCells(text, fault), fault);
    },
    plainCells(block, from, to) {
      if (block !== blockInHand) cellsInHand = fastCsvCells(block, bounds);
      blockInHand = block;
      if (!cellsInHand(from, to)) return undefined;
      for (let cell = 0; cell < picked.length; cell++) {
        const column = picked[cell]!;
        pickedBounds[2 * cell] = column < 0 ? 0 : bounds[2 * column]!;
        pickedBounds[2 * cell + 1] = column < 0 ? 0 : bounds[2 * column + 1]!;
      }
      return pickedBounds;
    },
  };
}
