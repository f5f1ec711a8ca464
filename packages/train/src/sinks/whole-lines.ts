import { Buffer } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';

/** How each line begins. */
const FIRST = '{"type":"';
const BLOCK = 65_536;
const LINE_FEED = 10;

/** Whether a file begins as one of events does, be it cut off. */
export async function looksLikeEvents(file: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(FIRST.length), 0, FIRST.length, 0);
  return FIRST.startsWith(buffer.toString('latin1', 0, bytesRead));
}

/** Bytes of a file of this size up to the end of its last whole line. */
export async function endOfWholeLines(file: FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(BLOCK);
  let end = size;
  while (end > 0) {
    const from = Math.max(0, end - BLOCK);
    const { bytesRead } = await file.read(block, 0, end - from, from);
    const at = block.subarray(0, bytesRead).lastIndexOf(LINE_FEED);
    if (at >= 0) return from + at + 1;
    end = from;
  }
  return 0;
}
