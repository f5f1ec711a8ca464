import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seededRandom } from '@tgm/masking';
import { sampleLoader, type VideoDataset } from '@tgm/video-io';
import { ACTIONS } from '../moving-shapes/index.js';
import { figure } from './figure.js';
import { wholeVideo } from './settings.js';
import type { World } from './world.js';

/** Videos of a data set. */
export const COUNT = 6;

/** Writes annotation files into a folder of the row's own, in the published form. */
export async function written(world: World, name: string, files: Readonly<Record<string, string>>) {
  const folder = join(world.folder, 'data sets', name);
  for (const [file, text] of Object.entries(files)) {
    await mkdir(join(folder, file, '..'), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  return (file: string): string => join(folder, file);
}

/** The published path of a video leads to one of the world's files, by its number in `numberOf`. */
export const paths = ({ videos }: World, numberOf: (file: string, id: string) => number) => ({
  videos: join(videos, 'train'),
  path: (file: string, id: string): string => `${String(numberOf(file, id)).padStart(5, '0')}.mp4`,
});

export const numberIn = (text: string): number => Number(/(\d+)(?:\.\w+)?$/.exec(text)![1]);

/** Decodes all samples of a data set, and compares what it says of them with what is expected. */
export async function readBack(
  { pool }: World,
  dataset: VideoDataset,
  expected: readonly { readonly label?: unknown; readonly captions?: readonly string[] }[],
): Promise<string> {
  const clipsOf = sampleLoader({ pool, recipe: wholeVideo() });
  let frames = 0;
  let right = 0;
  for (const [index, { label, captions = [] }] of expected.entries()) {
    const sample = await dataset.at(index);
    const [clip] = await clipsOf(sample, seededRandom('mission', sample.id));
    frames += clip!.indices.length;
    const { start = 0, end = Number.POSITIVE_INFINITY } = sample;
    const inSection = clip!.times.every((time) => time >= start && time < end);
    const same =
      inSection && JSON.stringify([sample.label, sample.captions]) === JSON.stringify([label, captions]);
    if (same) right += 1;
  }
  const says =
    expected[0]!.label === undefined ? 'captions' : expected[0]!.captions ? 'labels and captions' : 'labels';
  return figure(
    `${dataset.length} samples, ${says} of ${right} as written, ${frames} frames decoded`,
    dataset.length === expected.length && right === expected.length && frames === 8 * expected.length,
    'all samples as written, 8 frames of each',
  );
}

export const numbers = Array.from({ length: COUNT }, (_, at) => at);
/** Of the first videos: action i is label i. */
export const classes = ACTIONS.slice(0, COUNT);
const sorted = [...classes].sort();
export const sortedLabels = classes.map((name) => ({ label: sorted.indexOf(name) }));
export const labels = numbers.map((label) => ({ label }));
