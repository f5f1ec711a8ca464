import { type Field, objectWith } from '@tgm/options';
import type { VideoPool } from './video-pool.js';

/** A pool as an option. */
export const poolField = (): Field<VideoPool> =>
  objectWith<VideoPool>('a pool', ['workers', 'decode', 'probe', 'timeline']);
