import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { progress } from '@tgm/cli/program';
import { videoPool } from '@tgm/video-io';
import { LEVELS } from '../moving-shapes/index.js';
import { type LevelClips, levelClips } from '../moving-shapes/level-clips.js';
import type { Command } from './command-line.js';
import { TILED } from './settings.js';

const QUICK = { train: 32, test: 16 };

/** Clips of level `tiled`, to train the run by reconstruction alone and to measure it. */
export async function tiledClips(
  { data, quick, seed }: Pick<Command, 'data' | 'quick' | 'seed'>,
  signal: AbortSignal,
): Promise<LevelClips> {
  const { train, test } = quick ? QUICK : TILED;
  const folder = join(data, `tiled-${quick ? 'quick-' : ''}${seed}`);
  const shown = progress('render, encode and decode', train + test, 'clips');
  const pool = videoPool({ workers: availableParallelism() });
  try {
    const clips = await levelClips({
      ...{ folder, level: LEVELS.tiled, train, test, seed, pool, signal },
      onProgress: ({ done }) => shown.update(done),
    });
    shown.end(folder);
    return clips;
  } finally {
    await pool.close();
  }
}
