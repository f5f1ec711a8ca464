import { readFileSync, writeFileSync } from 'node:fs';

/** Changes an .avi so that it says `count` frames in both places where its header tells their number. */
export function tellFrames(path: string, count: number): void {
  const bytes = readFileSync(path);
  // The main header's sixth field; the stream header's ninth behind its two names and flags.
  bytes.writeUInt32LE(count, bytes.indexOf('avih') + 8 + 16);
  bytes.writeUInt32LE(count, bytes.indexOf('strh') + 8 + 32);
  writeFileSync(path, bytes);
}
