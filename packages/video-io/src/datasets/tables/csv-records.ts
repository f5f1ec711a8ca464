import { manifestFault, type RowFault } from './fault.js';
import type { VisitRow } from './row-format.js';
import { nextOf, textBlock } from './text-block.js';
import type { OnBadLine } from './text-encoding.js';
import { isBlank, lineEnd, readLineBlocks } from './text-lines.js';

/** A record whose quotes are still open. `length` in bytes. */
interface OpenRecord {
  readonly lines: Buffer[];
  length: number;
  readonly start: number;
  readonly line: number;
}

/** Longest record. Quotes that nobody closed would take the rest of the file into one. */
const LONGEST_RECORD = 2 ** 20;

const QUOTE_BYTE = 0x22;

/**
 * The records of a CSV file in order, each without the line break behind it: a line, or several where quotes span them.
 * Blank lines are skipped.
 *
 * @throws {VideoError} `MANIFEST_INVALID` for quotes that are not closed.
 */
export async function scanRecords(path: string, visit: VisitRow, onBadLine?: OnBadLine): Promise<void> {
  const unclosed = (line: number) =>
    manifestFault(path, 'quotes that are closed', 'none behind those that open here', line);
  let open: OpenRecord | undefined;
  for await (const { block, firstLine } of readLineBlocks(path, onBadLine)) {
    const { bytes, start } = block;
    const oddQuotes = quoteParity(bytes);
    for (let from = 0, line = firstLine; from < bytes.length; line++) {
      const to = lineEnd(bytes, from);
      const turns = oddQuotes(from, to);
      if (open) {
        open.lines.push(bytes.subarray(from, to));
        open.length += 1 + to - from;
        if (open.length > LONGEST_RECORD) throw unclosed(open.line);
        if (turns) {
          const record = Buffer.from(open.lines.map((part) => part.toString()).join('\n'));
          visit(textBlock(record, open.start), 0, record.length, open.line);
          open = undefined;
        }
      } else if (turns)
        open = { lines: [bytes.subarray(from, to)], length: to - from, start: start + from, line };
      else if (!isBlank(bytes, from, to)) visit(block, from, to, line);
      from = to + 1;
    }
  }
  if (open) throw unclosed(open.line);
}

/** Tells of parts, asked for in order, whether they have an odd number of quotes. */
function quoteParity(bytes: Buffer): (from: number, to: number) => boolean {
  const nextQuote = nextOf(bytes, QUOTE_BYTE);
  return (from, to) => {
    let odd = false;
    for (let at = nextQuote(from); at < to; at = nextQuote(at + 1)) odd = !odd;
    return odd;
  };
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
      if (close < 0) fault('quotes that are closed', 'the end of the record');
      cells.push(text.slice(at + 1, close).replaceAll('""', QUOTE));
      at = close + 1;
      while (text[at] === ' ') at += 1;
      if (at < text.length && text[at] !== COMMA) fault('a comma behind quotes', text[at]!);
    } else {
      const comma = text.indexOf(COMMA, at);
      const end = comma < 0 ? text.length : comma;
      const cell = text.slice(at, end).trim();
      if (cell.includes(QUOTE)) fault('quotes around the whole cell', cell);
      cells.push(cell);
      at = end;
    }
    at += 1;
  }
  return cells;
}
