import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
} from 'hyparquet';
import { VideoError } from '../../errors.js';
import { fileError } from '../../system-failure.js';
import { manifestFault } from './fault.js';
import type { JsonRecord } from './json-lines.js';
import { regularFile } from './regular-file.js';
import type { RowFormat } from './row-format.js';
import { type StringTable, stringTable } from './string-table.js';
import { textBlock } from './text-block.js';

/** Beside Snappy, which hyparquet reads itself, what Node's own zlib has in every supported version. */
const COMPRESSORS: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
};

/** Most rows taken out of a row group at once: most programs write groups of 122,880 or fewer. */
const SLICE_ROWS = 2 ** 17;

/** Rows are handed over as they are. */
const NO_TEXT = textBlock(Buffer.alloc(0), 0);

/** Rows of a row group: a column of cells in JSON for each wanted name. */
interface Slice {
  /** Number of its first row in the file, from 0. */
  readonly first: number;
  readonly columns: readonly StringTable[];
}

/**
 * Chosen columns of a Parquet file. A cell of it can only be reached through its whole column chunk, so the chosen ones
 * are kept in memory, as UTF-8: about their size in the file before compression. The line of a row is its number, from 1.
 * The format keeps the rows of the file that it scanned, so it serves one file.
 */
export function parquetRows(names: readonly string[]): RowFormat<JsonRecord> {
  const slices: Slice[] = [];
  const rowText = ({ columns }: Slice, row: number): string =>
    `{${names.map((name, i) => `${JSON.stringify(name)}:${columns[i]!.at(row)}`).join()}}`;
  return {
    async scan(path, visit) {
      await regularFile(path);
      try {
        const file = await asyncBufferFromFile(path);
        const metadata = await parquetMetadataAsync(file);
        const present = metadata.schema.slice(1).map(({ name }) => name);
        const missing = names.find((name) => !present.includes(name));
        if (missing) throw manifestFault(path, `a column "${missing}"`, present.join(', '));
        for (const [first, end] of sliceBounds(metadata)) {
          const values: unknown[][] = [];
          for (const name of names) values.push(await readColumn(file, metadata, name, first, end));
          const columns = values.map((column) => stringTable(column.map((value) => JSON.stringify(value))));
          slices.push({ first, columns });
          for (let row = 0; row < end - first; row++) {
            const record: Record<string, unknown> = {};
            for (const [i, name] of names.entries()) record[name] = values[i]![row];
            visit(NO_TEXT, 0, 0, first + row + 1, record);
          }
        }
      } catch (error) {
        throw error instanceof VideoError
          ? error
          : fileError(error, 'MANIFEST_INVALID', path, 'a Parquet file');
      }
    },
    async read(_path, { line }) {
      const slice = slices.findLast(({ first }) => first < line)!;
      return rowText(slice, line - 1 - slice.first);
    },
    parse: (_path, text) => JSON.parse(text),
  };
}

function* sliceBounds({ row_groups }: FileMetaData): Generator<[first: number, end: number]> {
  let first = 0;
  for (const { num_rows } of row_groups) {
    const groupEnd = first + Number(num_rows);
    for (; first < groupEnd; first = Math.min(first + SLICE_ROWS, groupEnd)) {
      yield [first, Math.min(first + SLICE_ROWS, groupEnd)];
    }
  }
}

/** [end - first] cells of one column, null where there is none. */
async function readColumn(
  file: AsyncBuffer,
  metadata: FileMetaData,
  name: string,
  first: number,
  end: number,
): Promise<unknown[]> {
  const cells = new Array<unknown>(end - first).fill(null);
  await parquetRead({
    file,
    metadata,
    columns: [name],
    compressors: COMPRESSORS,
    rowStart: first,
    rowEnd: end,
    onChunk({ columnData, rowStart }) {
      // A chunk may hold more than what was asked for.
      const to = Math.min(columnData.length, end - rowStart);
      for (let i = Math.max(first - rowStart, 0); i < to; i++)
        cells[rowStart - first + i] = columnData[i] ?? null;
    },
  });
  return cells;
}
