import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { oneOf, optionTable } from '@tgm/options';
import { VideoError } from '../errors.js';
import { requirePath } from '../option-fields.js';
import { fileError } from '../system-failure.js';
import { annotated } from './annotated.js';
import { ANNOTATION_FIELDS, type AnnotationOptions, pathOf } from './annotation-options.js';
import { type AnnotatedDataset, rowAttempts } from './bad-rows.js';
import { manifestFault } from './tables/fault.js';
import { listedLines } from './tables/split-lines.js';
import { uniqueSamples } from './tables/unique-samples.js';

/** `videos` is the folder of the classes' folders. */
export interface Hmdb51Options extends AnnotationOptions {
  /** Which of the three published splits. */
  readonly split: 1 | 2 | 3;
  readonly part: 'train' | 'test';
}

export const HMDB51_OPTIONS = optionTable(
  'readHmdb51',
  { ...ANNOTATION_FIELDS, split: oneOf([1, 2, 3]), part: oneOf(['train', 'test']) } satisfies Record<
    keyof Hmdb51Options,
    unknown
  >,
  VideoError,
);

/** What the number behind a video's name says; 0 is in neither part. */
const PARTS = { train: '1', test: '2' } as const;

/**
 * HMDB51 from its folder of published split files, one for each class and split: `brush_hair_test_split1.txt` with lines
 * `April_09_brush_hair_u_nm_np1_ba_goo_0.avi 1`. The id is `brush_hair/April_09_….avi`; classes are sorted by name.
 *
 * @throws {VideoError} `MANIFEST_INVALID` with the file and the line.
 */
export async function readHmdb51(folder: string, options: Hmdb51Options): Promise<AnnotatedDataset> {
  requirePath('readHmdb51', folder, 'folder');
  const { videos, split, part, badRows: policy, ...given } = HMDB51_OPTIONS.check(options);
  const place = pathOf('readHmdb51', given.path);
  const ending = `_test_split${split}.txt`;
  const names = await readdir(folder).catch((error: Error) => {
    throw fileError(error, 'MANIFEST_INVALID', folder, 'a folder of split files');
  });
  const classes = names
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))
    .sort();
  const unique = uniqueSamples();
  const rows = rowAttempts(policy);
  for (const [label, className] of classes.entries()) {
    for await (const { text, fault } of listedLines(join(folder, className + ending), rows.leaveOut)) {
      rows.try(() => {
        const [, file, number] =
          /^(.+?)\s+([012])$/.exec(text) ?? fault('a video and 0, 1 or 2', `"${text}"`);
        if (number !== PARTS[part]) return;
        const id = `${className}/${file}`;
        unique.add({ id, source: resolve(videos, place(id, id)), captions: [], label }, fault);
      });
    }
  }
  if (unique.samples.length === 0)
    throw manifestFault(folder, `files *${ending} with videos of the ${part} part`, 'none');
  return annotated(`HMDB51 split ${split} ${part}`, unique.samples, rows.badRows, classes);
}
