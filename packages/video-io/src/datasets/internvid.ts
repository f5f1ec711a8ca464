import { extname } from 'node:path';
import { optionTable } from '@tgm/options';
import { VideoError } from '../errors.js';
import { requirePath } from '../option-fields.js';
import { ANNOTATION_FIELDS, type AnnotationOptions, pathOf } from './annotation-options.js';
import type { AnnotatedDataset } from './bad-rows.js';
import { clockTime, requireSection } from './clock-time.js';
import { textField } from './entry-fields.js';
import { jsonLines } from './tables/json-lines.js';
import { parquetRows } from './tables/parquet-rows.js';
import { rowIndexedDataset } from './tables/row-indexed-dataset.js';

/** `videos` is the folder of the whole videos, `<YoutubeID>.mp4`. */
export type InternVidOptions = AnnotationOptions;

export const INTERNVID_OPTIONS = optionTable('readInternVid', ANNOTATION_FIELDS, VideoError);

const COLUMNS = ['YoutubeID', 'Start_timestamp', 'End_timestamp', 'Caption'] as const;

/**
 * InternVid from its published annotations, JSONL or Parquet (by the file's ending):
 *
 *     {"YoutubeID": "MNEoc5VVPgE", "Start_timestamp": "00:00:11.234", "End_timestamp": "00:00:14.567",
 *      "Caption": "a man plays a guitar", "UMT_Score": 0.41, "Aesthetic_Score": 4.6}
 *
 * A sample is a section of a video, its id `<YoutubeID>_<start>_<end>` with the times as the file has them.
 *
 * @throws {VideoError} `MANIFEST_INVALID` with the line, which in Parquet is the row, from 1.
 */
export async function readInternVid(path: string, options: InternVidOptions): Promise<AnnotatedDataset> {
  requirePath('readInternVid', path);
  const { videos, badRows, ...given } = INTERNVID_OPTIONS.check(options);
  const place = pathOf('readInternVid', given.path);
  return rowIndexedDataset({
    badRows,
    path,
    folder: videos,
    format: extname(path).toLowerCase() === '.parquet' ? parquetRows(COLUMNS) : jsonLines,
    annotate(record, fault) {
      const [video, startText, endText, caption] = COLUMNS.map((name) => textField(record, name, fault));
      const start = clockTime('Start_timestamp', startText, fault);
      const end = clockTime('End_timestamp', endText, fault);
      requireSection(start, end, fault);
      const id = `${video}_${startText}_${endText}`;
      return {
        sample: {
          id,
          source: place(`${video}.mp4`, id),
          captions: [caption!],
          start,
          end,
        },
      };
    },
  });
}
