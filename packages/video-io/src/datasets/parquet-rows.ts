import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { asyncBufferFromFile, type Compressors, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { manifestFault } from './fault.js';
import type { JsonRecord } from './json-lines.js';
import type { RowFormat } from './row-format.js';
import { textBlock } from './text-block.js';

/** Beside Snappy, which hyparquet reads itself, what Node's own zlib has in every supported version. */
const COMPRESSORS: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
};

/** Rows taken out of a file at once. */
const SLICE_ROWS = 10_000;

/**
 * Chosen columns of a Parquet file. A row of it can only be reached through its whole column chunk, so the chosen cells
 * are kept in memory, as UTF-8 JSON: about the size that they would have in a JSONL file. The line of a row is its
 * number, from 1. The format keeps the rows of the file that it scanned, so it serves one file.
 */
export function parquetRows(columns: readonly string[]): RowFormat<JsonRecord> {
  /** Each slice's rows end to end. A row's `start` counts from its own slice. */
  const slices: Buffer[] = [];
  return {
    async scan(path, visit) {
      try {
        const file = await asyncBufferFromFile(path);
        const metadata = await parquetMetadataAsync(file);
        const names = metadata.schema.slice(1).map(({ name }) => name);
        const missing = columns.find((name) => !names.includes(name));
        if (missing) throw manifestFault(path, `expected a column "${missing}", got ${names.join(', ')}`);
        const count = Number(metadata.num_rows);
        for (let first = 0; first < count; first += SLICE_ROWS) {
          const records = await parquetReadObjects({
            file,
            metadata,
            columns: [...columns],
            compressors: COMPRESSORS,
            rowStart: first,
            rowEnd: Math.min(first + SLICE_ROWS, count),
          });
          const texts = records.map((record) => JSON.stringify(record));
          const slice = Buffer.from(texts.join(''));
          const block = textBlock(slice, 0);
          slices.push(slice);
          let start = 0;
          for (const [i, text] of texts.entries()) {
            const end = start + Buffer.byteLength(text);
            visit(block, start, end, first + i + 1);
            start = end;
          }
        }
      } catch (error) {
        throw error instanceof Error && 'code' in error && error.code === 'MANIFEST_INVALID'
          ? error
          : manifestFault(path, (error as Error).message);
      }
    },
    async read(_path, { start, length, line }) {
      const slice = slices[Math.floor((line - 1) / SLICE_ROWS)]!;
      return slice.toString('utf8', start, start + length);
    },
    parse: (_path, text) => JSON.parse(text),
  };
}
