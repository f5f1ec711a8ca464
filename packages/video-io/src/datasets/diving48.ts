import { basename, resolve } from 'node:path';
import type { VideoDataset } from '../video.js';
import { numberField, textField } from './entry-fields.js';
import { datasetOf } from './in-memory.js';
import { manifestFault } from './tables/fault.js';
import { jsonEntries, readJsonText } from './tables/json-entries.js';
import { uniqueSamples } from './tables/unique-samples.js';

export interface Diving48Options {
  /** Folder of the `<vid_name>.mp4` files, `rgb` in the published archive. */
  readonly videos: string;
  /** The published `Diving48_vocab.json`: `[["Back", "15som", "05Twis", "FREE"], …]`. */
  readonly vocabulary: string;
}

/**
 * Diving48 from its published JSON files (V2, with the repaired labels, or V1):
 *
 *     {"vid_name": "-mfbHOmGCqo_00001", "label": 26, "start_frame": 0, "end_frame": 139}
 *
 * The videos are cut to the dive already, so the frame numbers, which count the video's frames, are not needed.
 * A class is named by its four attributes.
 *
 * @throws {VideoError} `MANIFEST_INVALID` with the line.
 */
export async function readDiving48(
  path: string,
  { videos, vocabulary }: Diving48Options,
): Promise<VideoDataset> {
  const classes = await readVocabulary(vocabulary);
  const unique = uniqueSamples();
  for (const { record, fault } of jsonEntries(path, await readJsonText(path))) {
    const id = textField(record, 'vid_name', fault);
    const label = numberField(record, 'label', fault);
    if (!(label in classes)) fault(`a label from 0 to ${classes.length - 1}`, `${label}`);
    unique.add({ id, source: resolve(videos, `${id}.mp4`), captions: [], label }, fault);
  }
  if (unique.samples.length === 0) throw manifestFault(path, 'at least one sample', 'none');
  return datasetOf(basename(path), unique.samples, classes);
}

async function readVocabulary(path: string): Promise<string[]> {
  let rows: unknown;
  try {
    rows = JSON.parse(await readJsonText(path));
  } catch (error) {
    throw manifestFault(path, 'a JSON file', (error as Error).message);
  }
  if (Array.isArray(rows) && rows.length > 0 && rows.every(Array.isArray)) {
    return rows.map((attributes: unknown[]) => attributes.join(' '));
  }
  throw manifestFault(path, 'an array of lists of attributes', 'something else');
}
