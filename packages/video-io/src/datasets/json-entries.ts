import { readFile } from 'node:fs/promises';
import { manifestFault, type RowFault, rowFault } from './fault.js';
import type { JsonRecord } from './json-lines.js';

/** An object of a JSON file, and how to complain about it. */
export interface JsonEntry {
  readonly record: JsonRecord;
  readonly fault: RowFault;
}

/** A JSON file's text, without a byte order mark. */
export async function readJsonText(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw manifestFault(path, error.message);
  });
  return text.replace(/^\uFEFF/, '');
}

/**
 * The objects of a JSON array, each parsed by itself so that an error has its line: of the array that the file is, or
 * of the one under `key` of the object that the file is.
 *
 * @throws {VideoError} `MANIFEST_INVALID` with the line.
 */
export function* jsonEntries(path: string, text: string, key?: string): Generator<JsonEntry> {
  for (const { from, to } of elements(path, text, openingOf(path, text, key))) {
    // Lines are counted only when there is something to say about one.
    const fault: RowFault = (message, code) => rowFault(path, lineAt(text, from))(message, code);
    let record: unknown;
    try {
      record = JSON.parse(text.slice(from, to));
    } catch (error) {
      fault(`expected a JSON object, got ${(error as Error).message}`);
    }
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      fault(`expected a JSON object, got ${text.slice(from, Math.min(to, from + 40))}`);
    }
    yield { record: record as JsonRecord, fault };
  }
}

function lineAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

/** Where the array's bracket is. */
function openingOf(path: string, text: string, key: string | undefined): number {
  const first = text.search(/\S/);
  if (key === undefined) {
    if (text[first] === '[') return first;
    throw manifestFault(
      path,
      `expected a JSON array, got ${text.slice(first, first + 40)}`,
      lineAt(text, first),
    );
  }
  if (text[first] === '{') {
    for (const { from, to } of elements(path, text, first)) {
      const [start, name] = /^"([^"]*)"\s*:\s*/.exec(text.slice(from, to)) ?? [];
      if (name === key && text[from + start!.length] === '[') return from + start!.length;
    }
  }
  throw manifestFault(path, `expected a JSON object with an array "${key}"`, 1);
}

/** The parts between the commas of the array or object that opens at `open`, without the space around them. */
function* elements(path: string, text: string, open: number): Generator<{ from: number; to: number }> {
  let depth = 0;
  let from = open + 1;
  for (let at = open; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    const closed = depth === 0;
    if (closed || (depth === 1 && character === ',')) {
      const part = text.slice(from, at);
      const start = from + part.search(/\S|$/);
      if (part.trim() !== '') yield { from: start, to: start + part.trim().length };
      else if (!closed || text[from - 1] === ',') {
        throw manifestFault(path, 'expected a value beside a comma, got none', lineAt(text, at));
      }
      from = at + 1;
    }
    if (closed) return;
  }
  throw manifestFault(path, 'expected a closing bracket, got the end of the file', lineAt(text, text.length));
}

function endOfString(text: string, open: number): number {
  let at = open + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
