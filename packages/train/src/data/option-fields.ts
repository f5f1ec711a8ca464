import { type Field, objectWith, passing } from '@tgm/options';
import type { ClassNames, VideoDataset, VideoPool } from '@tgm/video-io';

/** What several functions take. */

export const datasetField = (): Field<VideoDataset> =>
  objectWith<VideoDataset>('a data set', ['name', 'length', 'at']);

export const poolField = (): Field<VideoPool> =>
  objectWith<VideoPool>('a pool', ['workers', 'decode', 'probe', 'timeline']);

export const classNamesField = (): Field<ClassNames> =>
  passing('a list of names, or such lists by name', (value): value is ClassNames => {
    if (typeof value !== 'object' || value === null) return false;
    const lists: unknown[] = Array.isArray(value) ? [value] : Object.values(value);
    return lists.every((list) => Array.isArray(list) && list.every((name) => typeof name === 'string'));
  });
