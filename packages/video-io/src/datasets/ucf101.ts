import { basename, resolve } from 'node:path';
import type { VideoDataset } from '../video.js';
import { datasetOf } from './in-memory.js';
import { manifestFault } from './tables/fault.js';
import { listedLines } from './tables/split-lines.js';
import { uniqueSamples } from './tables/unique-samples.js';

export interface Ucf101Options {
  /** Folder of the classes' folders, `UCF-101` in the published archive. */
  readonly videos: string;
  /** The published `classInd.txt`: `1 ApplyEyeMakeup` and so on. */
  readonly classes: string;
}

/**
 * UCF101 from its published split lists: `trainlist01.txt` with lines `ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi 1`,
 * `testlist01.txt` with the path alone. Labels count from 0, the files' numbers from 1; the folder is the class.
 *
 * @throws {VideoError} `MANIFEST_INVALID` with the line.
 */
export async function readUcf101(path: string, options: Ucf101Options): Promise<VideoDataset> {
  const classes = await readClassNumbers(options.classes);
  const unique = uniqueSamples();
  for await (const { text, fault } of listedLines(path)) {
    const [, id, number] = /^(.+?)(?:\s+(\d+))?$/.exec(text)!;
    const className = id!.includes('/') ? id!.slice(0, id!.indexOf('/')) : fault('class/video', `"${id}"`);
    const label = classes.indexOf(className);
    if (label < 0) fault(`a class of ${basename(options.classes)}`, `"${className}"`);
    if (number !== undefined && Number(number) !== label + 1) {
      fault(`${label + 1} for "${className}"`, number!);
    }
    unique.add({ id: id!, source: resolve(options.videos, id!), captions: [], label }, fault);
  }
  if (unique.samples.length === 0) throw manifestFault(path, 'at least one sample', 'none');
  return datasetOf(basename(path), unique.samples, classes);
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
