import { progress, warn } from '@tgm/cli/program';
import type { PatchTextEncoder, TokenGrid } from '@tgm/masking';
import type { SkippedFile } from '@tgm/report';
import { type CaptionedClip, type DecodedClip, decodeClips, scoreClips } from '@tgm/train';
import { testRecipe, type VideoDataset, type VideoPool } from '@tgm/video-io';
import { ProgramError } from '../program/errors.js';
import type { ArmClip } from './guided-clips.js';
import type { RunFolder } from './run-folder.js';
import { MODEL, TRAINING } from './settings.js';
import type { VideoSet } from './source.js';

export interface PrepareOptions {
  readonly run: RunFolder;
  readonly pool: VideoPool;
  readonly workers: number;
  readonly grid: TokenGrid;
  readonly set: VideoSet;
  readonly signal: AbortSignal;
}

/** Decodes a data set once; a broken file is logged and left out. */
export async function decodeSet(
  options: PrepareOptions,
  dataset: VideoDataset,
  split: string,
): Promise<{ clips: DecodedClip[]; skipped: SkippedFile[] }> {
  const { run, pool, workers, grid, set, signal } = options;
  const shown = progress(`decode, ${split}`, dataset.length, 'videos');
  const clips: DecodedClip[] = [];
  const skipped: SkippedFile[] = [];
  let done = 0;
  const samples = decodeClips({
    dataset,
    pool,
    grid,
    recipe: testRecipe({
      sampling: { kind: 'dense', stride: set.stride },
      frameCount: MODEL.numFrames,
      size: { width: MODEL.imageSize, height: MODEL.imageSize },
      clips: set.clipsPerVideo,
      crops: 1,
    }),
    concurrency: 4 * workers,
    signal,
  });
  for await (const decoded of samples) {
    done += 1;
    if ('error' in decoded) {
      const reason = decoded.error.message;
      skipped.push({ file: decoded.sample.source, reason });
      await run.log('skipped', { id: decoded.sample.id, file: decoded.sample.source, reason });
      warn(`  skipped: ${reason}`);
    } else {
      clips.push(...decoded.clips);
    }
    shown.update(done);
  }
  signal.throwIfAborted();
  shown.end(`${clips.length} clips${skipped.length > 0 ? `, ${skipped.length} files skipped` : ''}`);
  if (clips.length === 0 && split === 'train') {
    throw new ProgramError('VIDEOS_INVALID', {
      where: `${set.name}, ${split}`,
      expected: `some of its ${dataset.length} videos to be readable`,
      received: `none; the first reason: ${skipped[0]?.reason}`,
    });
  }
  return { clips, skipped };
}

/** Scores every clip against its captions. */
export async function scoreSet(
  encoder: PatchTextEncoder,
  clips: readonly DecodedClip[],
  grid: TokenGrid,
  signal: AbortSignal,
  captions: 'own' | 'shuffled' = 'own',
): Promise<CaptionedClip[]> {
  const shown = progress(`score patches against ${captions} captions`, clips.length, 'clips');
  const scored: CaptionedClip[] = [];
  for await (const group of scoreClips({
    encoder,
    clips,
    grid,
    scoredFrames: TRAINING.scoreFrames,
    captions,
    signal,
  })) {
    scored.push(...group);
    shown.update(scored.length);
  }
  signal.throwIfAborted();
  shown.end();
  return scored;
}

/** Scores every clip against its captions, and against those of other videos. */
export async function scoreShuffled(
  ...given: [PatchTextEncoder, readonly DecodedClip[], TokenGrid, AbortSignal]
): Promise<ArmClip[]> {
  const own = await scoreSet(...given);
  const others = await scoreSet(...given, 'shuffled');
  return own.map((clip, at) => ({
    ...clip,
    shuffledScores: others[at]!.captions.map(({ tokenScores }) => tokenScores),
  }));
}
