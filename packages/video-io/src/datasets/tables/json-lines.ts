import { rowFault } from './fault.js';
import type { RowFormat } from './row-format.js';
import { eachLine, readLineBlocks, readText } from './text-lines.js';

export type JsonRecord = Readonly<Record<string, unknown>>;

/** One JSON object a line. Blank lines, a byte order mark and CRLF are allowed. */
export const jsonLines: RowFormat<JsonRecord> = {
  async scan(path, visit, onBadLine) {
    for await (const block of readLineBlocks(path, onBadLine)) eachLine(block, visit);
  },
  read: (path, { start, length }) => readText(path, start, length),
  parse(path, text, line) {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return rowFault(path, line)('a JSON object', (error as Error).message);
    }
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonRecord;
    return rowFault(path, line)('a JSON object', text.slice(0, 40));
  },
};
