import { basename, resolve } from 'node:path';
import { optionTable, text } from '@tgm/options';
import { VideoError } from '../errors.js';
import { requirePath } from '../option-fields.js';
import { annotated } from './annotated.js';
import { ANNOTATION_FIELDS, type AnnotationOptions, pathOf } from './annotation-options.js';
import { type AnnotatedDataset, rowAttempts } from './bad-rows.js';
import { textField } from './entry-fields.js';
import { manifestFault } from './tables/fault.js';
import { jsonEntries, readJsonText } from './tables/json-entries.js';
import { uniqueSamples } from './tables/unique-samples.js';

/** `videos` is the folder of the `<id>.webm` files. */
export interface SomethingSomethingOptions extends AnnotationOptions {
  /** The published label file: `something-something-v2-labels.json`, or `labels.json` as it is called since 2021. */
  readonly labels: string;
}

export const SOMETHING_SOMETHING_OPTIONS = optionTable(
  'readSomethingSomething',
  { ...ANNOTATION_FIELDS, labels: text() } satisfies Record<keyof SomethingSomethingOptions, unknown>,
  VideoError,
);

/**
 * Something-Something V2 from its published JSON files:
 *
 *     {"id": "78687", "label": "holding potato next to vicks vaporub bottle",
 *      "template": "Holding [something] next to [something]", "placeholders": ["potato", "vicks vaporub bottle"]}
 *
 * `label` is the caption; the template without its brackets is the class, and the label file tells its number. Test
 * entries have an id only.
 *
 * @throws {VideoError} `MANIFEST_INVALID` with the line.
 */
export async function readSomethingSomething(
  path: string,
  options: SomethingSomethingOptions,
): Promise<AnnotatedDataset> {
  requirePath('readSomethingSomething', path);
  const { videos, labels, badRows: policy, ...given } = SOMETHING_SOMETHING_OPTIONS.check(options);
  const place = pathOf('readSomethingSomething', given.path);
  const classes = await readClasses(labels);
  const labelOf = new Map(classes.map((name, label) => [name, label]));
  const unique = uniqueSamples();
  const rows = rowAttempts(policy);
  for (const entry of jsonEntries(path, await readJsonText(path))) {
    rows.try(() => {
      const { record, fault } = entry;
      const id = textField(record, 'id', fault);
      const sample = { id, source: resolve(videos, place(`${id}.webm`, id)) };
      if (record.template === undefined) {
        unique.add({ ...sample, captions: [] }, fault);
        return;
      }
      const className = textField(record, 'template', fault).replace(/[[\]]/g, '');
      const label = labelOf.get(className) ?? fault(`a template of ${basename(labels)}`, `"${className}"`);
      unique.add({ ...sample, captions: [textField(record, 'label', fault)], label }, fault);
    });
  }
  return annotated(path, unique.samples, rows.badRows, classes);
}

/** Class names by number, from `{"Approaching something with your camera": "0", …}`. */
async function readClasses(path: string): Promise<string[]> {
  const [entry] = jsonEntries(path, `[${await readJsonText(path)}]`);
  if (entry === undefined) throw manifestFault(path, 'an object of class names', 'none');
  const { record, fault } = entry;
  const names = Object.entries(record);
  const classes = new Array<string | undefined>(names.length);
  for (const [name, number] of names) {
    const label = /^\d+$/.test(String(number)) ? Number(number) : Number.NaN;
    if (!(label < names.length) || classes[label] !== undefined) {
      fault(`numbers from 0 to ${names.length - 1}, each once`, `"${number}" for "${name}"`);
    }
    classes[label] = name;
  }
  return classes as string[];
}
