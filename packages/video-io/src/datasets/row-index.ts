import { open, stat } from 'node:fs/promises';
import { manifestFault } from './fault.js';

/** Where the rows of a text file lie. 16 bytes a row; the text stays on disk. */
export interface RowIndex {
  readonly length: number;
  /** Line of the file on which a row begins, from 1. */
  line(row: number): number;
  /**
   * The text of a row.
   *
   * @throws {VideoError} `MANIFEST_INVALID` when the file is gone or is not the one that was indexed.
   */
  read(row: number): Promise<string>;
}

export interface RowIndexBuilder {
  /** @param start byte offset in the file. @param length in bytes. @param line from 1. */
  add(start: number, length: number, line: number): void;
  /** Line of a row that was added. */
  line(row: number): number;
  build(): RowIndex;
}

/** Identity of a file's content, as far as a file system tells cheaply. */
async function version(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path).catch((error: Error) => {
    throw manifestFault(path, error.message);
  });
  return `${size} bytes of ${mtimeMs}`;
}

/** Collects the places of rows. The arrays double as they fill. */
export async function rowIndexBuilder(path: string): Promise<RowIndexBuilder> {
  const indexed = await version(path);
  let starts = new Float64Array(1024);
  let lengths = new Uint32Array(1024);
  let lines = new Uint32Array(1024);
  let count = 0;

  const line = (row: number): number => lines[row]!;

  async function read(row: number): Promise<string> {
    if ((await version(path)) !== indexed) throw manifestFault(path, 'the file changed since it was opened');
    const file = await open(path);
    try {
      const { buffer } = await file.read(Buffer.alloc(lengths[row]!), 0, lengths[row]!, starts[row]!);
      return buffer.toString('utf8');
    } finally {
      await file.close();
    }
  }

  return {
    add(start, length, line) {
      if (count === starts.length) {
        starts = grown(starts, new Float64Array(count * 2));
        lengths = grown(lengths, new Uint32Array(count * 2));
        lines = grown(lines, new Uint32Array(count * 2));
      }
      starts[count] = start;
      lengths[count] = length;
      lines[count] = line;
      count += 1;
    },
    line,
    build: () => ({ length: count, line, read }),
  };
}

function grown<A extends Float64Array | Uint32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
