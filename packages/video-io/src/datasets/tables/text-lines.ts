import { type FileHandle, open } from 'node:fs/promises';
import { fileError, isSystemError, systemFailed } from '../../system-failure.js';
import { manifestFault } from './fault.js';
import { regularFile } from './regular-file.js';
import type { VisitRow } from './row-format.js';
import { type TextBlock, textBlock } from './text-block.js';
import { markLength, type OnBadLine, requireUtf8 } from './text-encoding.js';

/** Some whole lines of a file with their line feeds. The file's last line may lack its own. */
export interface LineBlock {
  readonly block: TextBlock;
  /** Number of the first line, from 1. */
  readonly firstLine: number;
}

/** Large enough that what is done once a block does not count. */
const BLOCK_BYTES = 2 ** 20;

/** Longest line. No row of text has as much; a file without line feeds would fill the memory. */
const LONGEST_LINE = 2 ** 26;

const LINE_FEED = 0x0a;
const SPACE = 0x20;
const DELETE = 0x7f;

/**
 * A UTF-8 text file in blocks of lines, so that a file of any size needs little memory. Skips a byte order mark. A
 * carriage return stays at the end of its line.
 *
 * @throws {VideoError} `MANIFEST_INVALID` when the file cannot be read or is no text in UTF-8.
 */
export async function* readLineBlocks(path: string, onBadLine?: OnBadLine): AsyncGenerator<LineBlock> {
  await regularFile(path);
  const file = await open(path).catch((error: Error) => {
    throw fileError(error, 'MANIFEST_INVALID', path, 'a file that can be read');
  });
  try {
    yield* blocksOf(path, file, onBadLine);
  } catch (error) {
    throw isSystemError(error) ? systemFailed(path, 'to read the file', error) : error;
  } finally {
    await file.close();
  }
}

async function* blocksOf(path: string, file: FileHandle, onBadLine?: OnBadLine): AsyncGenerator<LineBlock> {
  let firstLine = 1;
  let start = 0;
  let rest = Buffer.alloc(0);
  for (;;) {
    // A long line's beginning is copied only as often as its length doubles.
    const wanted = Math.max(BLOCK_BYTES, rest.length);
    const buffer = Buffer.allocUnsafe(rest.length + wanted);
    rest.copy(buffer);
    const { bytesRead } = await file.read(buffer, rest.length, wanted, start + rest.length);
    let bytes = buffer.subarray(0, rest.length + bytesRead);
    if (start === 0) {
      start = markLength(path, bytes);
      bytes = bytes.subarray(start);
    }
    const end = bytesRead === 0 ? bytes.length : bytes.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) {
      const lines = bytes.subarray(0, end);
      requireUtf8(path, lines, firstLine, onBadLine);
      yield { block: textBlock(lines, start), firstLine };
      firstLine += lineFeeds(lines);
    }
    if (bytesRead === 0) return;
    start += end;
    rest = bytes.subarray(end);
    if (rest.length > LONGEST_LINE) {
      throw manifestFault(path, `lines of at most ${LONGEST_LINE} bytes`, 'a longer one', firstLine);
    }
  }
}

function lineFeeds(bytes: Buffer): number {
  let count = 0;
  // The search in C++ is three times as fast as a loop here.
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) count += 1;
  return count;
}

/** Calls `visit` for each line of a block that is not blank, without its line feed. */
export function eachLine({ block, firstLine }: LineBlock, visit: VisitRow): void {
  const { bytes } = block;
  for (let from = 0, line = firstLine; from < bytes.length; line++) {
    const to = lineEnd(bytes, from);
    if (!isBlank(bytes, from, to)) visit(block, from, to, line);
    from = to + 1;
  }
}

/** Place of the line feed, or of the end. */
export function lineEnd(bytes: Buffer, from: number): number {
  const feed = bytes.indexOf(LINE_FEED, from);
  return feed < 0 ? bytes.length : feed;
}

/** Whether there is nothing but space. */
export function isBlank(bytes: Buffer, from: number, to: number): boolean {
  // Visible ASCII, which nearly all lines begin with, needs no look at Unicode's spaces.
  if (from < to && bytes[from]! > SPACE && bytes[from]! < DELETE) return false;
  return bytes.toString('utf8', from, to).trim() === '';
}

/** A part of a file again. `start` and `length` in bytes. */
export async function readText(path: string, start: number, length: number): Promise<string> {
  const file = await open(path).catch((error: Error) => {
    throw fileError(error, 'MANIFEST_INVALID', path, 'a file that can be read');
  });
  try {
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, start);
    return buffer.toString('utf8');
  } finally {
    await file.close();
  }
}
