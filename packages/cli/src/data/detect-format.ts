import { open, readdir, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { CliError } from '../program/errors.js';
import type { FormatName } from './data-section.js';

/** Manifests by which a folder may describe its videos. */
export const MANIFESTS = ['manifest.jsonl', 'manifest.csv'] as const;

/** Enough to see what a file of annotations is: published JSON files begin with one of their entries. */
const BEGINNING = 16_384;

/**
 * What lies at a path: told by names, by the header of a CSV file, by the keys of the first entry of a JSON file.
 *
 * @param source absolute.
 * @throws CliError `INPUT_INVALID` where nothing lies there, or nothing that is known, and for several paths that are no tar files.
 */
export async function detectFormat(source: string | readonly string[]): Promise<FormatName> {
  if (typeof source !== 'string') {
    const other = source.find((path) => extname(path).toLowerCase() !== '.tar');
    if (other === undefined) return 'shards';
    throw new CliError('INPUT_INVALID', {
      where: 'source',
      expected: 'one path; only tar files are several',
      received: `${source.length} paths, with ${other}`,
    });
  }
  const found = await stat(source).catch(() => undefined);
  if (found === undefined) throw notKnown(source, 'nothing there');
  const format = found.isDirectory() ? formatOfFolder(await readdir(source)) : await formatOfFile(source);
  if (format) return format;
  throw notKnown(source, `a file ${basename(source)} that tells no format`);
}

function formatOfFolder(names: readonly string[]): FormatName {
  if (names.includes(MANIFESTS[0])) return 'jsonl';
  if (names.includes(MANIFESTS[1])) return 'csv';
  if (names.some((name) => name.endsWith('.tar'))) return 'shards';
  if (names.some((name) => /_test_split[123]\.txt$/.test(name))) return 'hmdb51';
  return 'folder';
}

async function formatOfFile(path: string): Promise<FormatName | undefined> {
  const ending = extname(path).toLowerCase();
  if (ending === '.tar') return 'shards';
  if (ending === '.parquet') return 'internvid';
  const text = await beginningOf(path);
  const [first = ''] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (['.jsonl', '.ndjson'].includes(ending)) return first.includes('"YoutubeID"') ? 'internvid' : 'jsonl';
  if (ending === '.csv')
    return formatOfColumns(first.split(',').map((cell) => cell.replaceAll('"', '').trim()));
  if (ending === '.json') return formatOfJson(text);
  if (ending === '.txt' && /^[^/\s]+\/\S+\.\w+(\s+\d+)?$/.test(first)) return 'ucf101';
  return undefined;
}

function formatOfColumns(columns: readonly string[]): FormatName | undefined {
  const has = (...names: string[]): boolean => names.every((name) => columns.includes(name));
  if (has('youtube_id', 'time_start')) return 'kinetics';
  if (has('narration_id')) return 'epic-kitchens';
  if (has('video_id', 'sentence')) return 'msr-vtt-pairs';
  return has('file') || has('path') ? 'csv' : undefined;
}

function formatOfJson(text: string): FormatName | undefined {
  if (/^\s*\[/.test(text)) {
    if (text.includes('"vid_name"')) return 'diving48';
    return text.includes('"id"') ? 'something-something' : undefined;
  }
  return text.includes('"video_id"') || text.includes('"videos"') ? 'msr-vtt' : undefined;
}

async function beginningOf(path: string): Promise<string> {
  const file = await open(path).catch((cause: Error) => {
    throw new CliError('INPUT_INVALID', {
      where: path,
      expected: 'a file that can be read',
      received: cause.message,
      cause,
    });
  });
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(BEGINNING), length: BEGINNING });
    return buffer.toString('utf8', 0, bytesRead).replace(/^\uFEFF/, '');
  } finally {
    await file.close();
  }
}

const notKnown = (source: string, received: string): CliError =>
  new CliError('INPUT_INVALID', {
    where: source,
    expected: 'a folder of videos, a file of annotations or tar files',
    received,
    advice: 'Name how it is to be read by --format.',
  });
