import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeClip } from '@tgm/video-io';
import {
  FRAME_COUNT,
  makeMovingShapes,
  readRows,
  renderScene,
  sceneOf,
  tokenCoverage,
} from '../moving-shapes/index.js';
import type { KnownClip } from './figures.js';
import { IMAGE_SIZE } from './pairs.js';

/** Every second frame, as the video model samples them. */
const FRAMES = Array.from({ length: FRAME_COUNT / 2 }, (_, frame) => 2 * frame);
const FRAMES_A_SLICE = 2;

/** The caption of the clip this many places on is taken as the wrong one: it has another action, too. */
const SHUFFLE_BY = 7;

/** Clips rendered, written as H.264 files and decoded again, with what is known about them. */
export async function makeKnownClips(seed: number, count: number): Promise<KnownClip[]> {
  const folder = await mkdtemp(join(tmpdir(), 'known-clips-'));
  try {
    await makeMovingShapes({ folder, train: 0, test: count, seed, workers: 2 });
    const rows = await readRows(folder, 'test');
    const clips: KnownClip[] = [];
    for (const [index, row] of rows.entries()) {
      const size = { width: IMAGE_SIZE, height: IMAGE_SIZE };
      const { frames } = await decodeClip(join(folder, row.path), { size, indices: FRAMES });
      clips.push({
        frames,
        side: IMAGE_SIZE,
        caption: row.captions[0]!,
        otherCaption: rows[(index + SHUFFLE_BY) % count]!.captions[0]!,
        coverage: tokenCoverage(
          renderScene(sceneOf({ seed, split: 'test', index }), FRAMES).coverage,
          FRAMES_A_SLICE,
        ),
        still: row.still,
        drift: row.drift,
      });
    }
    return clips;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
