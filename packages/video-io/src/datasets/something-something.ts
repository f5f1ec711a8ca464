import { basename, resolve } from 'node:path';
import type { VideoDataset } from '../video.js';
import { textField } from './entry-fields.js';
import { datasetOf } from './in-memory.js';
import { manifestFault } from './tables/fault.js';
import { jsonEntries, readJsonText } from './tables/json-entries.js';
import { uniqueSamples } from './tables/unique-samples.js';

export interface SomethingSomethingOptions {
  /** Folder of the `<id>.webm` files. */
  readonly videos: string;
  /** The published label file: `something-something-v2-labels.json`, or `labels.json` as it is called since 2021. */
  readonly labels: string;
}

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
  { videos, labels }: SomethingSomethingOptions,
): Promise<VideoDataset> {
  const classes = await readClasses(labels);
  const labelOf = new Map(classes.map((name, label) => [name, label]));
  const unique = uniqueSamples();
  for (const { record, fault } of jsonEntries(path, await readJsonText(path))) {
    const id = textField(record, 'id', fault);
    const sample = { id, source: resolve(videos, `${id}.webm`) };
    if (record.template === undefined) {
      unique.add({ ...sample, captions: [] }, fault);
      continue;
    }
    const className = textField(record, 'template', fault).replace(/[[\]]/g, '');
    const label = labelOf.get(className) ?? fault(`a template of ${basename(labels)}`, `"${className}"`);
    unique.add({ ...sample, captions: [textField(record, 'label', fault)], label }, fault);
  }
  if (unique.samples.length === 0) throw manifestFault(path, 'at least one sample', 'none');
  return datasetOf(basename(path), unique.samples, classes);
}

/** Class names by number, from `{"Approaching something with your camera": "0", …}`. */
async function readClasses(path: string): Promise<string[]> {
  const [entry] = jsonEntries(path, `[${await readJsonText(path)}]`);
  if (entry === undefined) throw manifestFault(path, 'an object of class names', 'none');
  const names = Object.entries(entry.record);
  const classes = new Array<string | undefined>(names.length);
  for (const [name, number] of names) {
    const label = Number(number);
    if (!Number.isInteger(label) || label < 0 || label >= names.length || classes[label] !== undefined) {
      entry.fault(`numbers from 0 to ${names.length - 1}, each once`, `"${number}" for "${name}"`);
    }
    classes[label] = name;
  }
  return classes as string[];
}
