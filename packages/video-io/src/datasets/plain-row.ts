/** Text in JSON without escapes: not empty, or with more than space in it. */
const FILLED = '"[^"\\\\\\x00-\\x1f]+"';
const SPOKEN = '"[^"\\\\\\x00-\\x1f]*[^"\\\\\\x00-\\x20\\x7f-\\uffff][^"\\\\\\x00-\\x1f]*"';

/** A row of a JSONL manifest as most programs write it, its keys in the order of the documentation. */
const PLAIN_ROW = new RegExp(
  `\\{"id": ?${FILLED}, ?"path": ?${FILLED}` +
    `(?:, ?"captions": ?\\[(?:${SPOKEN}(?:, ?(?="))?)*\\])?` +
    `(?:, ?"label": ?(?:0|[1-9][0-9]{0,14}))?\\}`,
  'y',
);

/**
 * Where the id stands in a row that `readManifest` would accept, found in less than half the time of parsing it.
 * Undefined says nothing about the row.
 */
export function plainRowId(text: string, from: number, to: number): { from: number; to: number } | undefined {
  PLAIN_ROW.lastIndex = from;
  if (!PLAIN_ROW.test(text) || PLAIN_ROW.lastIndex !== to) return undefined;
  const start = text.indexOf('"', from + '{"id":'.length) + 1;
  return { from: start, to: text.indexOf('"', start) };
}
