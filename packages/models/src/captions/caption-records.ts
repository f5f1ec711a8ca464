import { readFile } from 'node:fs/promises';
import { optionTable, showValue, text } from '@tgm/options';
import { ModelError } from '../errors.js';
import { orFileFailed } from '../file-failed.js';

/** A line of a captions file. */
export interface CaptionRecord {
  readonly id: string;
  /** Different from each other, without regard to case. */
  readonly captions: readonly string[];
  /** Number of the frame that each caption describes. */
  readonly frameIndices: readonly number[];
  readonly model: string;
  readonly revision: string;
}

/** What a captions file holds. */
export interface CaptionFile {
  readonly records: readonly CaptionRecord[];
  /** Bytes of its whole lines, each with its line feed. */
  readonly wholeBytes: number;
  /** What stands behind the last line feed. */
  readonly rest: string;
}

const table = optionTable('readCaptions', { path: text() }, ModelError);

/**
 * The lines of a captions file; none when there is no file.
 * @throws ModelError with `OPTION_INVALID`, `CAPTIONS_INVALID` when one is no record, or `FILE_FAILED` when the file cannot be
 *   read.
 */
export async function readCaptions(path: string): Promise<CaptionRecord[]> {
  table.check({ path });
  const { records, rest } = await readCaptionFile(path);
  return rest === '' ? [...records] : [...records, recordOf(rest, `${path}, line ${records.length + 1}`)];
}

/** The same, with the last line apart where it has no end. */
export async function readCaptionFile(path: string): Promise<CaptionFile> {
  const bytes = await bytesOf(path);
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  const lines = textOf(bytes.subarray(0, wholeBytes), path).split('\n').slice(0, -1);
  const records = lines.flatMap((line, index) =>
    line.trim() === '' ? [] : [recordOf(line, `${path}, line ${index + 1}`)],
  );
  // A line that was torn may end within a letter.
  return { records, wholeBytes, rest: bytes.subarray(wholeBytes).toString('utf8') };
}

function textOf(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalid(path, 'a captions file in UTF-8', 'other bytes', cause);
  }
}

/** @throws ModelError with `CAPTIONS_INVALID` */
export function recordOf(line: string, where: string): CaptionRecord {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw invalid(where, 'a captions record in JSON', showValue(line), cause);
  }
  if (isRecord(json)) return json;
  const fields = 'a captions record, with id, captions, frameIndices, model and revision';
  throw invalid(where, fields, showValue(json));
}

function isRecord(json: unknown): json is CaptionRecord {
  if (typeof json !== 'object' || json === null) return false;
  const { id, captions, frameIndices, model, revision } = json as Partial<
    Record<keyof CaptionRecord, unknown>
  >;
  const texts = [id, model, revision].every((text) => typeof text === 'string' && text !== '');
  const lists = [captions, frameIndices].every(Array.isArray);
  return texts && lists && (captions as unknown[]).every((caption) => typeof caption === 'string');
}

/** How each line begins that `captionVideos` writes. */
const STARTS = ['{"id":"', '","captions":['] as const;

/** Whether a text is the beginning of a line that `captionVideos` writes, and no whole JSON. */
export function isTornRecord(text: string): boolean {
  if (isJson(text)) return false;
  const [first, second] = STARTS;
  if (!text.startsWith(first)) return first.startsWith(text);
  const id = /^(?:[^"\\]|\\.)*\\?/.exec(text.slice(first.length))![0];
  const after = text.slice(first.length + id.length);
  return after.startsWith(second) || second.startsWith(after);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function invalid(where: string, expected: string, received: string, cause?: unknown): ModelError {
  return new ModelError('CAPTIONS_INVALID', { where, expected, received, cause });
}

async function bytesOf(path: string): Promise<Buffer> {
  const reading = readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  return orFileFailed(path, 'a captions file, or none', reading);
}
