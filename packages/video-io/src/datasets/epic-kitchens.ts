import { oneOf, optionTable } from '@tgm/options';
import { VideoError } from '../errors.js';
import { requirePath } from '../option-fields.js';
import { ANNOTATION_FIELDS, type AnnotationOptions, pathOf } from './annotation-options.js';
import type { AnnotatedDataset } from './bad-rows.js';
import { clockTime, requireSection } from './clock-time.js';
import { csvRows } from './tables/csv-rows.js';
import { rowIndexedDataset } from './tables/row-indexed-dataset.js';

/** `videos` is the folder of the participants' folders, as the published download script lays it out: `P01/videos/P01_01.MP4`. */
export interface EpicKitchensOptions extends AnnotationOptions {
  /** Which of the two classes of an action is the label: `verb_class` (97 of them) or `noun_class` (300). */
  readonly label: 'verb' | 'noun';
}

const OPTIONS = optionTable(
  'readEpicKitchens',
  { ...ANNOTATION_FIELDS, label: oneOf(['verb', 'noun']) } satisfies Record<
    keyof EpicKitchensOptions,
    unknown
  >,
  VideoError,
);

/**
 * EPIC-Kitchens-100 from its published CSV files (`EPIC_100_train.csv`, `EPIC_100_validation.csv` and, without classes
 * and narrations, `EPIC_100_test_timestamps.csv`):
 *
 *     narration_id,participant_id,video_id,narration_timestamp,start_timestamp,stop_timestamp,…
 *     P01_01_0,P01,P01_01,00:00:01.089,00:00:00.14,00:00:03.37,8,202,open door,open,3,door,3,['door'],[3]
 *
 * A sample is an action: a section of a long video, its narration the caption.
 *
 * @throws {VideoError} `MANIFEST_INVALID` with the line.
 */
export async function readEpicKitchens(
  path: string,
  options: EpicKitchensOptions,
): Promise<AnnotatedDataset> {
  requirePath('readEpicKitchens', path);
  const { videos, label, badRows, ...given } = OPTIONS.check(options);
  const place = pathOf('readEpicKitchens', given.path);
  return rowIndexedDataset({
    badRows,
    path,
    folder: videos,
    format: csvRows({
      required: ['narration_id', 'participant_id', 'video_id', 'start_timestamp', 'stop_timestamp'],
      optional: ['narration', `${label}_class`],
    }),
    annotate([id, participant, video, startText, stopText, narration, labelText], fault) {
      if (!id || !participant || !video)
        return fault('the names of an action and its video', 'an empty cell');
      const start = clockTime('start_timestamp', startText, fault);
      const end = clockTime('stop_timestamp', stopText, fault);
      requireSection(start, end, fault);
      if (labelText && !/^\d+$/.test(labelText)) fault(`"${label}_class" from 0`, `"${labelText}"`);
      return {
        sample: {
          id,
          source: place(`${participant}/videos/${video}.MP4`, id),
          captions: narration ? [narration] : [],
          ...(labelText && { label: Number(labelText) }),
          start,
          end,
        },
      };
    },
  });
}
