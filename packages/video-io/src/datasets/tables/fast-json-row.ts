import type { PlainRow } from './row-format.js';
import type { TextBlock } from './text-block.js';

/** Text in JSON without escapes, byte by byte: not empty, or with more than space in it. */
const FILLED = '"[^"\\\\\\x00-\\x1f]+"';
const SPOKEN = '"[^"\\\\\\x00-\\x1f]*[^"\\\\\\x00-\\x20\\x7f-\\uffff][^"\\\\\\x00-\\x1f]*"';

/** A row of a JSONL manifest as most programs write it, its keys in the order of the documentation. */
const PLAIN_ROW = new RegExp(
  `\\{"id": ?${FILLED}, ?"path": ?${FILLED}` +
    `(?:, ?"captions": ?\\[(?:${SPOKEN}(?:, ?(?="))?)*\\])?` +
    `(?:, ?"label": ?(?:0|[1-9][0-9]{0,14}))?\\}\\r?`,
  'y',
);

/**
 * Where the id stands in a row that `readManifest` would accept, found in less than half the time of parsing it.
 * Undefined says nothing about the row.
 */
export function fastJsonRow({ letters }: TextBlock, from: number, to: number): PlainRow | undefined {
  PLAIN_ROW.lastIndex = from;
  if (!PLAIN_ROW.test(letters) || PLAIN_ROW.lastIndex !== to) return undefined;
  const idFrom = letters.indexOf('"', from + '{"id":'.length) + 1;
  return { idFrom, idTo: letters.indexOf('"', idFrom), classFrom: 0, classTo: 0 };
}
