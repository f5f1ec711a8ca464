import { dirname } from 'node:path';
import { optionTable } from '@tgm/options';
import { VideoError } from '../errors.js';
import { requirePath } from '../option-fields.js';
import type { VideoSample } from '../video.js';
import { MANIFEST_FIELDS, type ManifestOptions } from './annotation-options.js';
import type { AnnotatedDataset } from './bad-rows.js';
import { isLabel } from './label.js';
import { fastJsonRow } from './tables/fast-json-row.js';
import { type RowFault, shown } from './tables/fault.js';
import { type JsonRecord, jsonLines } from './tables/json-lines.js';
import { rowIndexedDataset } from './tables/row-indexed-dataset.js';

export const MANIFEST_OPTIONS = optionTable('readManifest', MANIFEST_FIELDS, VideoError);

/**
 * Reads a manifest of one JSON object a line:
 *
 *     {"id": "ucf/1", "path": "ucf/1.avi", "captions": ["a man juggles"], "label": 3, "start": 0, "end": 2.5}
 *
 * `path` is relative to the manifest's folder. `captions`, `label` (a whole number from 0, or
 * `{"verb": 3, "noun": 7}`), `start` and `end` (seconds, end exclusive) may be left out; other keys are ignored, but `caption`
 * without `captions`, which is a slip. Blank lines, a byte order mark and
 * CRLF are allowed. The videos themselves are not opened. Rows stay on disk: 16 bytes of each are kept in memory.
 *
 * @throws {VideoError} `MANIFEST_INVALID` or `CAPTION_EMPTY`, with the line.
 */
export async function readManifest(path: string, options: ManifestOptions = {}): Promise<AnnotatedDataset> {
  requirePath('readManifest', path);
  const { badRows } = MANIFEST_OPTIONS.check(options);
  return rowIndexedDataset({
    badRows,
    path,
    folder: dirname(path),
    format: jsonLines,
    plainRow: fastJsonRow,
    annotate: (record, fault) => ({ sample: sampleOf(record, fault) }),
  });
}

function sampleOf(record: JsonRecord, fault: RowFault): VideoSample {
  const { id, path, captions = [], label, start, end } = record;
  if (!('captions' in record) && 'caption' in record) fault('"captions", a list of texts', '"caption"');
  if (typeof path !== 'string' || path === '') return fault('"path" to be text', shown(path));
  if (typeof id !== 'string' || id === '') return fault('"id" to be text', shown(id));
  if (!Array.isArray(captions) || !captions.every((caption) => typeof caption === 'string')) {
    return fault('"captions" to be a list of texts', shown(captions));
  }
  if (captions.some((caption) => caption.trim() === ''))
    fault(`captions with text for "${id}"`, 'an empty one', 'CAPTION_EMPTY');
  if (label !== undefined && !isLabel(label)) {
    return fault('"label" to be a whole number from 0, or such numbers by name', shown(label));
  }
  requireSeconds('start', start, fault);
  requireSeconds('end', end, fault);
  if (end !== undefined && (end as number) <= ((start as number | undefined) ?? 0)) {
    fault('"end" after "start"', `${shown(start ?? 0)} to ${shown(end)}`);
  }
  return {
    id,
    source: path,
    captions,
    ...(label !== undefined && { label }),
    ...(start !== undefined && { start: start as number }),
    ...(end !== undefined && { end: end as number }),
  };
}

function requireSeconds(name: string, value: unknown, fault: RowFault): void {
  if (value === undefined || (Number.isFinite(value) && (value as number) >= 0)) return;
  fault(`"${name}" to be seconds from 0`, shown(value));
}
