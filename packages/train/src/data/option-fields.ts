import { type Field, objectWith } from '@tgm/options';
import type { VideoDataset, VideoPool } from '@tgm/video-io';

/** What both ways from videos to clips take. */

export const datasetField = (): Field<VideoDataset> =>
  objectWith<VideoDataset>('a data set', ['name', 'length', 'at']);

export const poolField = (): Field<VideoPool> =>
  objectWith<VideoPool>('a pool', ['workers', 'decode', 'probe', 'timeline']);
