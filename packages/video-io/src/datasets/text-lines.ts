import { isAscii } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { manifestFault } from './fault.js';

/** Some whole lines of a file. */
export interface LineBlock {
  /** The lines with their line feeds. The file's last line may lack its own. */
  readonly text: string;
  /** Byte offset in the file. */
  readonly start: number;
  /** Number of the first line, from 1. */
  readonly firstLine: number;
  /** Every character is one byte. */
  readonly ascii: boolean;
}

/** `text` from `from` to `to`, exclusive; byte offset and length in the file; number from 1. */
export type VisitLine = (
  text: string,
  from: number,
  to: number,
  start: number,
  length: number,
  line: number,
) => void;

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
      const whole = bytes.subarray(0, end);
      const text = whole.toString('utf8');
      yield { text, start, firstLine, ascii: isAscii(whole) };
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) firstLine += 1;
    }
    if (bytesRead === 0) return;
    start += end;
    rest = bytes.subarray(end);
  }
}

/** Calls `visit` for each line of a block, without its line feed. */
export function eachLine({ text, start, firstLine, ascii }: LineBlock, visit: VisitLine): void {
  let offset = start;
  for (let from = 0, line = firstLine; from < text.length; line++) {
    const feed = text.indexOf('\n', from);
    const to = feed < 0 ? text.length : feed;
    const length = ascii ? to - from : Buffer.byteLength(text.slice(from, to));
    visit(text, from, to, offset, length, line);
    offset += length + 1;
    from = to + 1;
  }
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
