import { createHash } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from './write-whole.js';

/**
 * `contents.jsonl`: what a data set holds, one line a file with its SHA-256. Lines are added as files are made, so that an
 * interrupted run knows which of its files are whole.
 */
export type Contents = ReadonlyMap<string, string>;

const pathIn = (folder: string): string => join(folder, 'contents.jsonl');

const line = (file: string, sha256: string): string => `${JSON.stringify({ file, sha256 })}\n`;

export const sha256Of = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

/** The lines that can be read; a killed run can leave half of one. */
export async function readContents(folder: string): Promise<Contents> {
  const text = await readFile(pathIn(folder), 'utf8').catch(ifMissing(''));
  const contents = new Map<string, string>();
  for (const row of text.split('\n')) {
    try {
      const { file, sha256 } = JSON.parse(row);
      contents.set(file, sha256);
    } catch {
      // Half a line, or none.
    }
  }
  return contents;
}

/** Adds a line; one for the same file before it no longer counts. */
export const addContent = (folder: string, file: string, sha256: string): Promise<void> =>
  appendFile(pathIn(folder), `\n${line(file, sha256)}`);

export const writeContents = (folder: string, contents: Contents): Promise<void> =>
  writeWhole(pathIn(folder), [...contents].map(([file, sha256]) => line(file, sha256)).join(''));

/** How a file stands against its line. */
export type FileState = 'whole' | 'damaged' | 'missing';

/** `damaged`: the file is there, but is not what was made, or nobody knows what it should be. */
export async function stateOf(folder: string, file: string, contents: Contents): Promise<FileState> {
  const bytes = await readFile(join(folder, file)).catch(ifMissing(undefined));
  if (bytes === undefined) return 'missing';
  return sha256Of(bytes) === contents.get(file) ? 'whole' : 'damaged';
}

/** Only a file that is not there is missing; trouble of the system is an error. */
const ifMissing =
  <T>(otherwise: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return otherwise;
    throw error;
  };
