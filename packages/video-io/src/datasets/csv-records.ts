import { manifestFault, type RowFault } from './fault.js';
import type { VisitRow } from './row-format.js';
import { type LineBlock, readLineBlocks } from './text-lines.js';

/** A record whose quotes are still open. `length` in bytes. */
interface OpenRecord {
  readonly text: string;
  readonly start: number;
  readonly length: number;
  readonly line: number;
}

/**
 * The records of a CSV file in order, each as its text without the line break behind it: a line, or several where
 * quotes span them. Blank lines are skipped.
 *
 * @throws {VideoError} `MANIFEST_INVALID` for quotes that are not closed at the file's end.
 */
export async function scanRecords(path: string, visit: VisitRow<string>): Promise<void> {
  let open: OpenRecord | undefined;
  for await (const block of readLineBlocks(path)) open = visitBlock(block, open, visit);
  if (open) throw manifestFault(path, 'quotes that open here are not closed', open.line);
}

/** Gives the record that is still open at the block's end. */
function visitBlock(
  { lines, starts, lengths, firstLine }: LineBlock,
  before: OpenRecord | undefined,
  visit: VisitRow<string>,
): OpenRecord | undefined {
  let open = before;
  for (let i = 0; i < lines.length; i++) {
    const text = open ? `${open.text}\n${lines[i]}` : lines[i]!;
    const start = open ? open.start : starts[i]!;
    const length = open ? open.length + 1 + lengths[i]! : lengths[i]!;
    const line = open ? open.line : firstLine + i;
    open = closesQuotes(text) ? undefined : { text, start, length, line };
    if (!open && !BLANK.test(text)) visit(text, start, length, line);
  }
  return open;
}

const BLANK = /^\s*$/;

function closesQuotes(text: string): boolean {
  let count = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) count += 1;
  return count % 2 === 0;
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
    const { cell, end } = text[at] === QUOTE ? quotedCell(text, at, fault) : bareCell(text, at, fault);
    cells.push(cell);
    at = end + 1;
  }
  return cells;
}

interface Cell {
  readonly cell: string;
  /** Where the comma behind it stands, or the record ends. */
  readonly end: number;
}

function bareCell(text: string, from: number, fault: RowFault): Cell {
  const comma = text.indexOf(COMMA, from);
  const end = comma < 0 ? text.length : comma;
  const cell = text.slice(from, end).trim();
  if (cell.includes(QUOTE)) fault(`expected quotes around the whole cell, got ${cell}`);
  return { cell, end };
}

function quotedCell(text: string, from: number, fault: RowFault): Cell {
  let close = text.indexOf(QUOTE, from + 1);
  while (close >= 0 && text[close + 1] === QUOTE) close = text.indexOf(QUOTE, close + 2);
  if (close < 0) return fault('quotes are not closed');
  let end = close + 1;
  while (text[end] === ' ') end += 1;
  if (end < text.length && text[end] !== COMMA) fault(`expected a comma behind quotes, got ${text[end]}`);
  return { cell: text.slice(from + 1, close).replaceAll('""', QUOTE), end };
}
