import { basename, resolve } from 'node:path';
import { optionTable, text } from '@tgm/options';
import { VideoError } from '../errors.js';
import { requirePath } from '../option-fields.js';
import { annotated } from './annotated.js';
import { ANNOTATION_FIELDS, type AnnotationOptions, pathOf } from './annotation-options.js';
import { type AnnotatedDataset, rowAttempts } from './bad-rows.js';
import { manifestFault } from './tables/fault.js';
import { listedLines } from './tables/split-lines.js';
import { uniqueSamples } from './tables/unique-samples.js';

/** `videos` is the folder of the classes' folders, `UCF-101` in the published archive. */
export interface Ucf101Options extends AnnotationOptions {
  /** The published `classInd.txt`: `1 ApplyEyeMakeup` and so on. */
  readonly classes: string;
}

export const UCF101_OPTIONS = optionTable(
  'readUcf101',
  { ...ANNOTATION_FIELDS, classes: text() } satisfies Record<keyof Ucf101Options, unknown>,
  VideoError,
);

/**
 * UCF101 from its published split lists: `trainlist01.txt` with lines `ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi 1`,
 * `testlist01.txt` with the path alone. Labels count from 0, the files' numbers from 1; the folder is the class.
 *
 * @throws {VideoError} `MANIFEST_INVALID` with the line.
 */
export async function readUcf101(path: string, options: Ucf101Options): Promise<AnnotatedDataset> {
  requirePath('readUcf101', path);
  const { videos, badRows: policy, ...given } = UCF101_OPTIONS.check(options);
  const place = pathOf('readUcf101', given.path);
  const classes = await readClassNumbers(given.classes);
  const unique = uniqueSamples();
  const rows = rowAttempts(policy);
  for await (const { text, fault } of listedLines(path, rows.leaveOut)) {
    rows.try(() => {
      const [, id, number] = /^(.+?)(?:\s+(\d+))?$/.exec(text)!;
      const className = id!.includes('/') ? id!.slice(0, id!.indexOf('/')) : fault('class/video', `"${id}"`);
      const label = classes.indexOf(className);
      if (label < 0) fault(`a class of ${basename(given.classes)}`, `"${className}"`);
      if (number !== undefined && Number(number) !== label + 1) {
        fault(`${label + 1} for "${className}"`, number);
      }
      unique.add({ id: id!, source: resolve(videos, place(id!, id!)), captions: [], label }, fault);
    });
  }
  return annotated(path, unique.samples, rows.badRows, classes);
}

async function readClassNumbers(path: string): Promise<string[]> {
  const classes: string[] = [];
  for await (const { text, fault } of listedLines(path)) {
    const [, number, name] = /^(\d+)\s+(.+)$/.exec(text) ?? fault('a number and a class', `"${text}"`);
    if (Number(number) !== classes.length + 1) fault(`number ${classes.length + 1}`, number!);
    classes.push(name!);
  }
  if (classes.length === 0) throw manifestFault(path, 'at least one class', 'none');
  return classes;
}
