import { nested, oneOf, optional, optionTable, text } from '@tgm/options';
import { VideoError } from '../errors.js';
import { requirePath } from '../option-fields.js';
import { ANNOTATION_FIELDS, type AnnotationOptions, pathOf } from './annotation-options.js';
import type { AnnotatedDataset } from './bad-rows.js';
import { clockTime, requireSection } from './clock-time.js';
import { csvRows } from './tables/csv-rows.js';
import { manifestFault, type RowFault, rowFault } from './tables/fault.js';
import type { VisitRow } from './tables/row-format.js';
import { rowIndexedDataset } from './tables/row-indexed-dataset.js';

/** `videos` is the folder of the participants' folders, as the published download script lays it out: `P01/videos/P01_01.MP4`. */
export interface EpicKitchensOptions extends AnnotationOptions {
  /**
   * Which of the two classes of an action is the label, a number: `verb_class` (97 of them) or `noun_class` (300). Default:
   * both, by name, `{ verb: 3, noun: 7 }`.
   */
  readonly label?: 'verb' | 'noun';
  /** Published files with the names of the classes, for `classes`: `EPIC_100_verb_classes.csv`, `EPIC_100_noun_classes.csv`. */
  readonly classes?: { readonly verb?: string; readonly noun?: string };
}

const KINDS = ['verb', 'noun'] as const;

export const EPIC_KITCHENS_OPTIONS = optionTable(
  'readEpicKitchens',
  {
    ...ANNOTATION_FIELDS,
    label: optional(oneOf(KINDS)),
    classes: optional(nested({ verb: optional(text()), noun: optional(text()) })),
  } satisfies Record<keyof EpicKitchensOptions, unknown>,
  VideoError,
);

/**
 * EPIC-Kitchens-100 from its published CSV files (`EPIC_100_train.csv`, `EPIC_100_validation.csv` and, without classes
 * and narrations, `EPIC_100_test_timestamps.csv`):
 *
 *     narration_id,participant_id,video_id,narration_timestamp,start_timestamp,stop_timestamp,…
 *     P01_01_0,P01,P01_01,00:00:01.089,00:00:00.14,00:00:03.37,8,202,open door,open,3,door,3,['door'],[3]
 *
 * A sample is an action: a section of a long video, its narration the caption. An action has two labels, a verb and a noun.
 * The data set has `classes` where the files of all labels that are read are given.
 *
 * @throws {VideoError} `MANIFEST_INVALID` with the line.
 */
export async function readEpicKitchens(
  path: string,
  options: EpicKitchensOptions,
): Promise<AnnotatedDataset> {
  requirePath('readEpicKitchens', path);
  const { videos, label: only, badRows, classes: files, ...given } = EPIC_KITCHENS_OPTIONS.check(options);
  const place = pathOf('readEpicKitchens', given.path);
  const kinds = only ? [only] : KINDS;
  const names = await Promise.all(
    kinds.map(async (kind) => (files?.[kind] === undefined ? undefined : readClassNames(files[kind]))),
  );
  const dataset = await rowIndexedDataset({
    badRows,
    path,
    folder: videos,
    format: csvRows({
      required: ['narration_id', 'participant_id', 'video_id', 'start_timestamp', 'stop_timestamp'],
      optional: ['narration', ...kinds.map((kind) => `${kind}_class`)],
    }),
    annotate([id, participant, video, startText, stopText, narration, ...cells], fault) {
      if (!id || !participant || !video)
        return fault('the names of an action and its video', 'an empty cell');
      const start = clockTime('start_timestamp', startText, fault);
      const end = clockTime('stop_timestamp', stopText, fault);
      requireSection(start, end, fault);
      const labels = kinds.map((kind, at) => classOf(`${kind}_class`, cells[at]!, names[at], fault));
      const known = labels.every((each) => each !== undefined);
      return {
        sample: {
          id,
          source: place(`${participant}/videos/${video}.MP4`, id),
          captions: narration ? [narration] : [],
          ...(known && { label: only ? labels[0]! : named(kinds, labels) }),
          start,
          end,
        },
      };
    },
  });
  if (names.includes(undefined)) return dataset;
  return { ...dataset, classes: only ? names[0]! : named(kinds, names as string[][]) };
}

const named = <T>(kinds: readonly string[], values: readonly T[]): Record<string, T> =>
  Object.fromEntries(kinds.map((kind, at) => [kind, values[at]!]));

/** The class in a cell; undefined for an empty one. */
function classOf(
  column: string,
  cell: string,
  names: readonly string[] | undefined,
  fault: RowFault,
): number | undefined {
  if (cell === '') return undefined;
  if (!/^\d+$/.test(cell)) return fault(`"${column}" from 0`, `"${cell}"`);
  if (names && Number(cell) >= names.length)
    return fault(`"${column}" from 0 to ${names.length - 1}`, `"${cell}"`);
  return Number(cell);
}

/** The column `key` of a published file of classes, `id,key,instances,category`, whose rows are numbered from 0. */
async function readClassNames(path: string): Promise<string[]> {
  const format = csvRows({ required: ['id', 'key'], optional: [] });
  const names: string[] = [];
  const take: VisitRow<readonly string[]> = ({ bytes }, from, to, line) => {
    const [id, key] = format.parse(path, bytes.toString('utf8', from, to), line);
    if (Number(id) !== names.length || id === '' || key === '') {
      rowFault(path, line)(`class ${names.length} and its name`, `"${id}" and "${key}"`);
    }
    names.push(key!);
  };
  await format.scan(path, take, (error) => {
    throw error;
  });
  if (names.length === 0) throw manifestFault(path, 'at least one class', 'none');
  return names;
}
