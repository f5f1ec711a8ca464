import { isAscii } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { manifestFault } from './fault.js';

/** Some whole lines of a file, without their line feeds. */
export interface LineBlock {
  readonly lines: readonly string[];
  /** Byte offset of each line in the file. */
  readonly starts: readonly number[];
  /** Bytes of each line. */
  readonly lengths: readonly number[];
  /** Number of the first line, from 1. */
  readonly firstLine: number;
}

/** Large enough that what is done once a block does not count. */
const BLOCK_BYTES = 2 ** 20;

const LINE_FEED = 10;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/**
 * A UTF-8 text file in blocks of lines, so that a file of any size needs little memory. Skips a byte order mark. A
 * carriage return stays at the end of its line.
 *
 * @throws {VideoError} `MANIFEST_INVALID` when the file cannot be read.
 */
export async function* readLineBlocks(path: string): AsyncGenerator<LineBlock> {
  const file = await open(path).catch((error: Error) => {
    throw manifestFault(path, error.message);
  });
  try {
    yield* blocksOf(file);
  } finally {
    await file.close();
  }
}

async function* blocksOf(file: FileHandle): AsyncGenerator<LineBlock> {
  let firstLine = 1;
  let start = 0;
  let rest = Buffer.alloc(0);
  for (;;) {
    const buffer = Buffer.allocUnsafe(rest.length + BLOCK_BYTES);
    rest.copy(buffer);
    const { bytesRead } = await file.read(buffer, rest.length, BLOCK_BYTES, start + rest.length);
    let bytes = buffer.subarray(0, rest.length + bytesRead);
    if (start === 0 && bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)) {
      bytes = bytes.subarray(BYTE_ORDER_MARK.length);
      start = BYTE_ORDER_MARK.length;
    }
    const end = bytesRead === 0 ? bytes.length : bytes.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) {
      const block = splitLines(bytes.subarray(0, end), start, firstLine);
      firstLine += block.lines.length;
      yield block;
    }
    if (bytesRead === 0) return;
    start += end;
    rest = bytes.subarray(end);
  }
}

function splitLines(bytes: Buffer, start: number, firstLine: number): LineBlock {
  const lines = bytes.toString('utf8').split('\n');
  // The text after the last line feed is no line of its own.
  if (lines.at(-1) === '') lines.pop();
  const ascii = isAscii(bytes);
  const starts = new Array<number>(lines.length);
  const lengths = new Array<number>(lines.length);
  let offset = start;
  for (let i = 0; i < lines.length; i++) {
    const length = ascii ? lines[i]!.length : Buffer.byteLength(lines[i]!);
    starts[i] = offset;
    lengths[i] = length;
    offset += length + 1;
  }
  return { lines, starts, lengths, firstLine };
}

/** A part of a file again. `start` and `length` in bytes. */
export async function readText(path: string, start: number, length: number): Promise<string> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, start);
    return buffer.toString('utf8');
  } finally {
    await file.close();
  }
}
