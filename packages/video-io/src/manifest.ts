import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { datasetOf } from './dataset.js';
import { VideoError, type VideoErrorCode } from './errors.js';
import type { VideoDataset, VideoSample } from './video.js';

/**
 * Reads a manifest of one JSON object a line:
 *
 *     {"id": "ucf/1", "path": "ucf/1.avi", "captions": ["a man juggles"], "label": 3, "start": 0, "end": 2.5}
 *
 * `path` is relative to the manifest's folder. `captions`, `label` (an integer from 0), `start` and `end`
 * (seconds, end exclusive) may be left out; other keys are ignored. Blank lines, a byte order mark and
 * CRLF are allowed. The videos themselves are not opened.
 *
 * @throws {VideoError} `MANIFEST_INVALID` or `CAPTION_EMPTY`, with the line.
 */
export async function readManifest(path: string): Promise<VideoDataset> {
  const fail = (
    line: number | undefined,
    message: string,
    code: VideoErrorCode = 'MANIFEST_INVALID',
  ): never => {
    const where = line === undefined ? path : `${path}:${line}`;
    throw new VideoError(code, `${where}: ${message}.`, {
      source: path,
      ...(line !== undefined && { line }),
    });
  };
  const text = await readFile(path, 'utf8').catch((error: Error) => fail(undefined, error.message));
  const folder = dirname(resolve(path));
  const lineOfId = new Map<string, number>();
  const samples: VideoSample[] = [];

  for (const [i, row] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (row.trim() === '') continue;
    const line = i + 1;
    const sample = parseRow(row, folder, (message, code) => fail(line, message, code));
    const earlier = lineOfId.get(sample.id);
    if (earlier !== undefined) fail(line, `id "${sample.id}" is already on line ${earlier}`);
    lineOfId.set(sample.id, line);
    samples.push(sample);
  }
  if (samples.length === 0) fail(undefined, 'expected at least one sample, got none');
  return datasetOf(basename(path), samples);
}

type Fail = (message: string, code?: VideoErrorCode) => never;

function parseRow(row: string, folder: string, fail: Fail): VideoSample {
  const record = parseJson(row, fail);
  const { id, path, captions = [], label, start, end } = record;
  const got = (value: unknown) => JSON.stringify(value) ?? 'nothing';
  if (typeof path !== 'string' || path === '') return fail(`expected "path" to be text, got ${got(path)}`);
  if (typeof id !== 'string' || id === '') return fail(`expected "id" to be text, got ${got(id)}`);
  if (!Array.isArray(captions) || !captions.every((caption) => typeof caption === 'string')) {
    return fail(`expected "captions" to be a list of texts, got ${got(captions)}`);
  }
  if (captions.some((caption) => caption.trim() === ''))
    fail(`a caption of "${id}" is empty`, 'CAPTION_EMPTY');
  if (label !== undefined && !(Number.isSafeInteger(label) && (label as number) >= 0)) {
    fail(`expected "label" to be an integer from 0, got ${got(label)}`);
  }
  for (const [name, value] of Object.entries({ start, end })) {
    if (value !== undefined && !(typeof value === 'number' && value >= 0)) {
      fail(`expected "${name}" to be seconds from 0, got ${got(value)}`);
    }
  }
  if (end !== undefined && (end as number) <= ((start as number | undefined) ?? 0)) {
    fail(`expected "end" after "start", got ${got(start ?? 0)} to ${got(end)}`);
  }
  return {
    id,
    source: resolve(folder, path),
    captions,
    ...(label !== undefined && { label: label as number }),
    ...(start !== undefined && { start: start as number }),
    ...(end !== undefined && { end: end as number }),
  };
}

function parseJson(row: string, fail: Fail): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(row);
  } catch (error) {
    return fail(`expected a JSON object, got ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  return fail(`expected a JSON object, got ${row.trim().slice(0, 40)}`);
}
