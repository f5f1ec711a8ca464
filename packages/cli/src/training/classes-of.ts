import type { ClassNames, VideoDataset } from '@tgm/video-io';
import { CliError } from '../program/errors.js';

/** @throws CliError `INPUT_INVALID` for a data set without names of classes. */
export function classesOf({ name, classes }: VideoDataset): ClassNames {
  if (classes) return classes;
  throw new CliError('INPUT_INVALID', {
    where: name,
    expected: 'videos with labels and the names of their classes',
    received: 'no classes',
    advice: 'Of a folder with a folder for each class: --classes folders.',
  });
}
