import { basename, resolve } from 'node:path';
import type { VideoDataset } from '../video.js';
import { numberField, textField } from './entry-fields.js';
import { datasetOf } from './in-memory.js';
import { csvRows } from './tables/csv-rows.js';
import { manifestFault, rowFault } from './tables/fault.js';
import { jsonEntries, readJsonText } from './tables/json-entries.js';
import { rowIndexedDataset } from './tables/row-indexed-dataset.js';
import { uniqueSamples } from './tables/unique-samples.js';

export interface MsrVttOptions {
  /** Folder of the `video<number>.mp4` files. */
  readonly videos: string;
  /** Take the videos of one published split only. */
  readonly split?: 'train' | 'validate' | 'test';
  /** Take only the videos that a CSV file lists in its column `video_id`, as `MSRVTT_train.9k.csv` does. */
  readonly only?: string;
}

/**
 * MSR-VTT from its published JSON files (`train_val_videodatainfo.json`, `test_videodatainfo.json`, or
 * `MSRVTT_data.json` with all of it): `{"videos": [{"video_id": "video0", "category": 9, "split": "train", …}],
 * "sentences": [{"video_id": "video0", "caption": "a car is shown", …}]}`. A sample is a video with all its captions;
 * the label is its category, 0-19.
 *
 * @throws {VideoError} `MANIFEST_INVALID` with the line.
 */
export async function readMsrVtt(
  path: string,
  { videos, split, only }: MsrVttOptions,
): Promise<VideoDataset> {
  const text = await readJsonText(path);
  const wanted = only === undefined ? undefined : await readListedVideos(only);
  const captionsOf = new Map<string, string[]>();
  const unique = uniqueSamples();
  for (const { record, fault } of jsonEntries(path, text, 'videos')) {
    const id = textField(record, 'video_id', fault);
    if (split !== undefined && textField(record, 'split', fault) !== split) continue;
    if (wanted && !wanted.has(id)) continue;
    const captions: string[] = [];
    captionsOf.set(id, captions);
    const label = numberField(record, 'category', fault);
    unique.add({ id, source: resolve(videos, `${id}.mp4`), captions, label }, fault);
  }
  for (const { record, fault } of jsonEntries(path, text, 'sentences')) {
    captionsOf.get(textField(record, 'video_id', fault))?.push(textField(record, 'caption', fault));
  }
  if (unique.samples.length === 0) throw manifestFault(path, 'at least one such video', 'none');
  return datasetOf(basename(path), unique.samples);
}

/**
 * MSR-VTT's retrieval test of 1,000 pairs ("1k-A", Yu et al. 2018) from `MSRVTT_JSFUSION_test.csv`:
 *
 *     key,vid_key,video_id,sentence
 *     ret0,msr9770,video9770,a person is connecting something to system
 *
 * @throws {VideoError} `MANIFEST_INVALID` with the line.
 */
export function readMsrVttPairs(
  path: string,
  { videos }: { readonly videos: string },
): Promise<VideoDataset> {
  return rowIndexedDataset({
    path,
    folder: videos,
    format: csvRows({ required: ['video_id', 'sentence'], optional: [] }),
    annotate([id, sentence], fault) {
      if (!id || !sentence) return fault('a video and a sentence', 'an empty cell');
      return { sample: { id, source: `${id}.mp4`, captions: [sentence] } };
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
