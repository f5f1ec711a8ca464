import { listOf, oneOf, optional, optionTable, text } from '@tgm/options';
import { VideoError } from '../errors.js';
import { requirePath } from '../option-fields.js';
import { ANNOTATION_FIELDS, type AnnotationOptions, pathOf } from './annotation-options.js';
import type { AnnotatedDataset } from './bad-rows.js';
import { requireSection } from './clock-time.js';
import { csvRows } from './tables/csv-rows.js';
import { rowIndexedDataset } from './tables/row-indexed-dataset.js';

export interface KineticsOptions extends AnnotationOptions {
  /** `flat`: all clips of a split in one folder; `by-class`: in subfolders named as the classes. */
  readonly layout: 'flat' | 'by-class';
  /** Names of the classes in the order of their labels. Default: those in the file, sorted, which gives 0-399. */
  readonly classes?: readonly string[];
}

export const KINETICS_OPTIONS = optionTable(
  'readKinetics',
  {
    ...ANNOTATION_FIELDS,
    layout: oneOf(['flat', 'by-class']),
    classes: optional(listOf(text(), { from: 1 })),
  } satisfies Record<keyof KineticsOptions, unknown>,
  VideoError,
);

/** Digits of a time in a clip's name. */
const TIME_DIGITS = 6;

/**
 * Kinetics-400 (also 600 and 700) from its published CSV files:
 *
 *     label,youtube_id,time_start,time_end,split,is_cc
 *     air drumming,_dbcJuKJQNs,40,50,train,0
 *
 * A clip is the file that the published download scripts write, `_dbcJuKJQNs_000040_000050.mp4`, already cut to its ten
 * seconds. Its name without the ending is the sample's id. `label` may be missing, as in the test split.
 *
 * @throws {VideoError} `MANIFEST_INVALID` with the line.
 */
export async function readKinetics(path: string, options: KineticsOptions): Promise<AnnotatedDataset> {
  requirePath('readKinetics', path);
  const { videos, layout, classes, badRows, ...given } = KINETICS_OPTIONS.check(options);
  const place = pathOf('readKinetics', given.path);
  return rowIndexedDataset({
    badRows,
    path,
    folder: videos,
    classes,
    format: csvRows({ required: ['youtube_id', 'time_start', 'time_end'], optional: ['label'] }),
    annotate([video, start, end, className], fault) {
      if (!video) fault('a video in column "youtube_id"', 'an empty cell');
      const [from, to] = [start!, end!].map((text) => {
        if (/^\d+$/.test(text)) return Number(text);
        return fault('times in whole seconds', `"${start}" and "${end}"`);
      }) as [number, number];
      requireSection(from, to, fault);
      const id = [video, ...[from, to].map((seconds) => String(seconds).padStart(TIME_DIGITS, '0'))].join(
        '_',
      );
      if (layout === 'by-class' && !className)
        fault('a class in column "label", which tells the folder', 'an empty cell');
      const source = place(layout === 'by-class' ? `${className}/${id}.mp4` : `${id}.mp4`, id);
      return { sample: { id, source, captions: [] }, className: className || undefined };
    },
  });
}
