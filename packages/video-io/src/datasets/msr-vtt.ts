import { resolve } from 'node:path';
import { oneOf, optional, optionTable, text } from '@tgm/options';
import { VideoError } from '../errors.js';
import { requirePath } from '../option-fields.js';
import { annotated } from './annotated.js';
import { ANNOTATION_FIELDS, type AnnotationOptions, pathOf } from './annotation-options.js';
import { type AnnotatedDataset, rowAttempts } from './bad-rows.js';
import { numberField, textField } from './entry-fields.js';
import { csvRows } from './tables/csv-rows.js';
import { rowFault } from './tables/fault.js';
import { jsonEntries, readJsonText } from './tables/json-entries.js';
import { rowIndexedDataset } from './tables/row-indexed-dataset.js';
import { uniqueSamples } from './tables/unique-samples.js';

/** `videos` is the folder of the `video<number>.mp4` files. */
export interface MsrVttOptions extends AnnotationOptions {
  /** Take the videos of one published split only. */
  readonly split?: 'train' | 'validate' | 'test';
  /** Take only the videos that a CSV file lists in its column `video_id`, as `MSRVTT_train.9k.csv` does. */
  readonly only?: string;
}

export const MSR_VTT_OPTIONS = optionTable(
  'readMsrVtt',
  {
    ...ANNOTATION_FIELDS,
    split: optional(oneOf(['train', 'validate', 'test'])),
    only: optional(text()),
  } satisfies Record<keyof MsrVttOptions, unknown>,
  VideoError,
);

export const MSR_VTT_PAIR_OPTIONS = optionTable('readMsrVttPairs', ANNOTATION_FIELDS, VideoError);

/**
 * MSR-VTT from its published JSON files (`train_val_videodatainfo.json`, `test_videodatainfo.json`, or
 * `MSRVTT_data.json` with all of it): `{"videos": [{"video_id": "video0", "category": 9, "split": "train", …}],
 * "sentences": [{"video_id": "video0", "caption": "a car is shown", …}]}`. A sample is a video with all its captions;
 * the label is its category, 0-19.
 *
 * @throws {VideoError} `MANIFEST_INVALID` with the line.
 */
export async function readMsrVtt(path: string, options: MsrVttOptions): Promise<AnnotatedDataset> {
  requirePath('readMsrVtt', path);
  const { videos, split, only, badRows: policy, ...given } = MSR_VTT_OPTIONS.check(options);
  const place = pathOf('readMsrVtt', given.path);
  const text = await readJsonText(path);
  const wanted = only === undefined ? undefined : await readListedVideos(only);
  const captionsOf = new Map<string, string[]>();
  const unique = uniqueSamples();
  const rows = rowAttempts(policy);
  for (const entry of jsonEntries(path, text, 'videos')) {
    rows.try(() => {
      const { record, fault } = entry;
      const id = textField(record, 'video_id', fault);
      if (split !== undefined && textField(record, 'split', fault) !== split) return;
      if (wanted && !wanted.has(id)) return;
      const captions: string[] = [];
      const label = numberField(record, 'category', fault);
      unique.add({ id, source: resolve(videos, place(`${id}.mp4`, id)), captions, label }, fault);
      captionsOf.set(id, captions);
    });
  }
  for (const entry of jsonEntries(path, text, 'sentences')) {
    rows.try(() => {
      const { record, fault } = entry;
      const caption = textField(record, 'caption', fault);
      captionsOf.get(textField(record, 'video_id', fault))?.push(caption);
    });
  }
  return annotated(path, unique.samples, rows.badRows);
}

/**
 * MSR-VTT's retrieval test of 1,000 pairs ("1k-A", Yu et al. 2018) from `MSRVTT_JSFUSION_test.csv`:
 *
 *     key,vid_key,video_id,sentence
 *     ret0,msr9770,video9770,a person is connecting something to system
 *
 * @throws {VideoError} `MANIFEST_INVALID` with the line.
 */
export async function readMsrVttPairs(path: string, options: AnnotationOptions): Promise<AnnotatedDataset> {
  requirePath('readMsrVttPairs', path);
  const { videos, badRows, ...given } = MSR_VTT_PAIR_OPTIONS.check(options);
  const place = pathOf('readMsrVttPairs', given.path);
  return rowIndexedDataset({
    badRows,
    path,
    folder: videos,
    format: csvRows({ required: ['video_id', 'sentence'], optional: [] }),
    annotate([id, sentence], fault) {
      if (!id || !sentence) return fault('a video and a sentence', 'an empty cell');
      return { sample: { id, source: place(`${id}.mp4`, id), captions: [sentence] } };
    },
  });
}

async function readListedVideos(path: string): Promise<Set<string>> {
  const listed = new Set<string>();
  const format = csvRows({ required: ['video_id'], optional: [] });
  await format.scan(path, ({ bytes }, from, to, line) => {
    const [id] = format.parse(path, bytes.toString('utf8', from, to), line);
    listed.add(id || rowFault(path, line)('a video in column "video_id"', 'an empty cell'));
  });
  return listed;
}
