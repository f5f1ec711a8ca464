import { readFile } from 'node:fs/promises';
import { fileError } from '../../system-failure.js';
import { manifestFault, type RowFault, rowFault } from './fault.js';
import type { JsonRecord } from './json-lines.js';
import { regularFile } from './regular-file.js';
import { markLength, requireUtf8 } from './text-encoding.js';

/** An object of a JSON file, and how to complain about it. */
export interface JsonEntry {
  /** Parsed when it is asked for. @throws {VideoError} `MANIFEST_INVALID` with the line. */
  readonly record: JsonRecord;
  readonly fault: RowFault;
}

/** A JSON file's text, without a byte order mark. */
export async function readJsonText(path: string): Promise<string> {
  await regularFile(path);
  const bytes = await readFile(path).catch((error: Error) => {
    throw fileError(error, 'MANIFEST_INVALID', path, 'a file that can be read');
  });
  const start = markLength(path, bytes);
  requireUtf8(path, bytes, 1);
  return bytes.toString('utf8', start);
}

/**
 * The objects of a JSON array, each parsed by itself so that an error has its line: of the array that the file is, or
 * of the one under `key` of the object that the file is.
 *
 * @throws {VideoError} `MANIFEST_INVALID` with the line.
 */
export function* jsonEntries(path: string, text: string, key?: string): Generator<JsonEntry> {
  for (const { from, to } of elements(path, text, openingOf(path, text, key), key === undefined)) {
    // Lines are counted only when there is something to say about one.
    const fault: RowFault = (...what) => rowFault(path, lineAt(text, from))(...what);
    yield {
      get record() {
        return parseRecord(text.slice(from, to), fault);
      },
      fault,
    };
  }
}

function parseRecord(text: string, fault: RowFault): JsonRecord {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (error) {
    fault('a JSON object', (error as Error).message);
  }
  if (typeof record === 'object' && record !== null && !Array.isArray(record)) return record as JsonRecord;
  return fault('a JSON object', text.slice(0, 40));
}

function lineAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

/** Where the array's bracket is. */
function openingOf(path: string, text: string, key: string | undefined): number {
  const first = text.search(/\S/);
  if (key === undefined) {
    if (text[first] === '[') return first;
    throw manifestFault(path, 'a JSON array', text.slice(first, first + 40), lineAt(text, first));
  }
  if (text[first] === '{') {
    for (const { from, to } of elements(path, text, first)) {
      const [start, name] = /^"([^"]*)"\s*:\s*/.exec(text.slice(from, to)) ?? [];
      if (name === key && text[from + start!.length] === '[') return from + start!.length;
    }
  }
  throw manifestFault(path, `a JSON object with an array "${key}"`, 'none', 1);
}

/**
 * The parts between the commas of the array or object that opens at `open`, without the space around them.
 *
 * @param alone nothing may stand behind it.
 */
function* elements(
  path: string,
  text: string,
  open: number,
  alone = false,
): Generator<{ from: number; to: number }> {
  let depth = 0;
  let from = open + 1;
  for (let at = open; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === BRACKET || code === BRACE) depth += 1;
    else if (code === CLOSING_BRACKET || code === CLOSING_BRACE) depth -= 1;
    const closed = depth === 0;
    if (closed || (depth === 1 && code === COMMA)) {
      const part = text.slice(from, at).trim();
      const start = from + text.slice(from, at).search(/\S|$/);
      if (part !== '') yield { from: start, to: start + part.length };
      else if (!closed || text.charCodeAt(from - 1) === COMMA) {
        throw manifestFault(path, 'a value beside a comma', 'none', lineAt(text, at));
      }
      from = at + 1;
    }
    if (!closed) continue;
    const behind = alone ? text.slice(from).search(/\S/) : -1;
    if (behind < 0) return;
    const got = text.slice(from + behind, from + behind + 40);
    throw manifestFault(path, 'the file to end behind the array', got, lineAt(text, from + behind));
  }
  throw manifestFault(path, 'a closing bracket', 'the end of the file', lineAt(text, text.length));
}

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c];
const [BRACKET, CLOSING_BRACKET, BRACE, CLOSING_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];

function endOfString(text: string, open: number): number {
  let at = open + 1;
  for (let code = text.charCodeAt(at); at < text.length && code !== QUOTE; code = text.charCodeAt(at)) {
    at += code === BACKSLASH ? 2 : 1;
  }
  return at;
}
