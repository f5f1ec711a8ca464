import { type ClassNames, type SampleLabel, sampleAt, type VideoDataset } from '@tgm/video-io';
import { CliError } from '../program/errors.js';
import { isList } from './class-name.js';

/**
 * Sees that each video has a label of these classes, before anything is computed of them. No video is opened.
 *
 * @param advice what to do about videos without labels.
 * @throws CliError `INPUT_INVALID` for a data set without videos, and for a video without such a label.
 */
export async function requireLabels(
  dataset: VideoDataset,
  classes: ClassNames,
  advice: string,
): Promise<void> {
  const { name, length } = dataset;
  const refused = (received: string): CliError =>
    new CliError('INPUT_INVALID', {
      where: name,
      expected: isList(classes)
        ? `a label for each video, from 0 to ${classes.length - 1}`
        : `labels by the names ${Object.keys(classes).join(', ')} for each video`,
      received,
      advice,
    });
  if (length === 0) throw refused('no video');
  for (let index = 0; index < length; index++) {
    const { id, label } = await sampleAt(dataset, index);
    if (label === undefined) throw refused(`"${id}" without one`);
    if (!isOf(label, classes)) throw refused(`${JSON.stringify(label)} of "${id}"`);
  }
}

const isOf = (label: SampleLabel, classes: ClassNames): boolean => {
  if (isList(classes)) return typeof label === 'number' && label < classes.length;
  if (typeof label === 'number') return false;
  return Object.entries(classes).every(([kind, names]) => (label[kind] ?? names.length) < names.length);
};
