import { manifestFault, type RowFault } from './fault.js';
import type { VisitRow } from './row-format.js';
import { eachLine, readLineBlocks } from './text-lines.js';

/** A record whose quotes are still open. `length` in bytes. */
interface OpenRecord {
  readonly text: string;
  readonly start: number;
  readonly length: number;
  readonly line: number;
}

/**
 * The records of a CSV file in order, each without the line break behind it: a line, or several where quotes span them.
 * Blank lines are skipped.
 *
 * @throws {VideoError} `MANIFEST_INVALID` for quotes that are not closed at the file's end.
 */
export async function scanRecords(path: string, visit: VisitRow): Promise<void> {
  let open: OpenRecord | undefined;
  const visitLine: VisitRow = (block, from, to, start, length, line) => {
    const own = block.slice(from, to);
    if (open) {
      const text = `${open.text}\n${own}`;
      open = { ...open, text, length: open.length + 1 + length };
      if (!closesQuotes(text)) return;
      visit(text, 0, text.length, open.start, open.length, open.line);
      open = undefined;
    } else if (!closesQuotes(own)) open = { text: own, start, length, line };
    else if (own.charCodeAt(0) > SPACE || own.trim() !== '') visit(block, from, to, start, length, line);
  };
  for await (const block of readLineBlocks(path)) eachLine(block, visitLine);
  if (open) throw manifestFault(path, 'quotes that open here are not closed', open.line);
}

const SPACE = 0x20;

function closesQuotes(text: string): boolean {
  let closed = true;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) closed = !closed;
  return closed;
}

const COMMA = ',';
const QUOTE = '"';

/** The cells of a record. Spaces around bare cells go; those inside quotes stay. */
export function splitCells(record: string, fault: RowFault): string[] {
  if (!record.includes(QUOTE)) {
    const cells = record.split(COMMA);
    for (let i = 0; i < cells.length; i++) cells[i] = cells[i]!.trim();
    return cells;
  }
  const cells: string[] = [];
  const text = record.trimEnd();
  for (let at = 0; at <= text.length; ) {
    while (text[at] === ' ') at += 1;
    if (text[at] === QUOTE) {
      let close = text.indexOf(QUOTE, at + 1);
      while (close >= 0 && text[close + 1] === QUOTE) close = text.indexOf(QUOTE, close + 2);
      if (close < 0) fault('quotes are not closed');
      cells.push(text.slice(at + 1, close).replaceAll('""', QUOTE));
      at = close + 1;
      while (text[at] === ' ') at += 1;
      if (at < text.length && text[at] !== COMMA) fault(`expected a comma behind quotes, got ${text[at]}`);
    } else {
      const comma = text.indexOf(COMMA, at);
      const end = comma < 0 ? text.length : comma;
      const cell = text.slice(at, end).trim();
      if (cell.includes(QUOTE)) fault(`expected quotes around the whole cell, got ${cell}`);
      cells.push(cell);
      at = end;
    }
    at += 1;
  }
  return cells;
}
