import { resolve } from 'node:path';
import { optionTable, text } from '@tgm/options';
import { VideoError } from '../errors.js';
import { requirePath } from '../option-fields.js';
import { annotated } from './annotated.js';
import { ANNOTATION_FIELDS, type AnnotationOptions, pathOf } from './annotation-options.js';
import { type AnnotatedDataset, rowAttempts } from './bad-rows.js';
import { numberField, textField } from './entry-fields.js';
import { manifestFault } from './tables/fault.js';
import { jsonEntries, readJsonText } from './tables/json-entries.js';
import { uniqueSamples } from './tables/unique-samples.js';

/** `videos` is the folder of the `<vid_name>.mp4` files, `rgb` in the published archive. */
export interface Diving48Options extends AnnotationOptions {
  /** The published `Diving48_vocab.json`: `[["Back", "15som", "05Twis", "FREE"], …]`. */
  readonly vocabulary: string;
}

export const DIVING48_OPTIONS = optionTable(
  'readDiving48',
  { ...ANNOTATION_FIELDS, vocabulary: text() } satisfies Record<keyof Diving48Options, unknown>,
  VideoError,
);

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
export async function readDiving48(path: string, options: Diving48Options): Promise<AnnotatedDataset> {
  requirePath('readDiving48', path);
  const { videos, vocabulary, badRows: policy, ...given } = DIVING48_OPTIONS.check(options);
  const place = pathOf('readDiving48', given.path);
  const classes = await readVocabulary(vocabulary);
  const unique = uniqueSamples();
  const rows = rowAttempts(policy);
  for (const entry of jsonEntries(path, await readJsonText(path))) {
    rows.try(() => {
      const { record, fault } = entry;
      const id = textField(record, 'vid_name', fault);
      const label = numberField(record, 'label', fault);
      if (!(label in classes)) fault(`a label from 0 to ${classes.length - 1}`, `${label}`);
      unique.add({ id, source: resolve(videos, place(`${id}.mp4`, id)), captions: [], label }, fault);
    });
  }
  return annotated(path, unique.samples, rows.badRows, classes);
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
