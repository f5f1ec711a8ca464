import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { TINY_CLIP_FOLDER } from '@tgm/cli';
import { beforeSuddenEnd } from '@tgm/cli/program';
import type { TokenGrid } from '@tgm/masking';
import { type ClipModelCheckpoint, loadClipModel, type VideoMae } from '@tgm/models';
import { type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { readManifest, type VideoDataset, type VideoPool, videoPool } from '@tgm/video-io';
import { type ClipRow, makeMovingShapes, manifestPath, readRows } from '../moving-shapes/index.js';
import { SEED, smallModel, VIDEOS } from './settings.js';
import { type Clip, readClips } from './world-clips.js';

/** What the rows share: real files, and whatever is made of them once. */
export interface World {
  /** A temporary folder for whatever a row writes; it is removed at the end. */
  readonly folder: string;
  /** Folder of the MP4 files, `train/00000.mp4` and so on. */
  readonly videos: string;
  /** Moving Shapes as a data set, with captions, the action as label. */
  readonly train: VideoDataset;
  readonly test: VideoDataset;
  /** What is known of each video, in the data sets' order. */
  readonly trainRows: readonly ClipRow[];
  readonly testRows: readonly ClipRow[];
  readonly pool: VideoPool;
  readonly engine: Engine;
  /** A small Video MAE. */
  readonly model: VideoMae;
  readonly grid: TokenGrid;
  /** The tiny CLIP that ships with the repository; its parameters are the world's. */
  readonly clipModel: ClipModelCheckpoint;
  /** A clip of each training video: decoded, with every cue. */
  readonly clips: readonly Clip[];
  /** The same of the test videos. */
  readonly testClips: readonly Clip[];
  readonly signal: AbortSignal;
  close(): Promise<void>;
}

/** Renders and encodes the videos, decodes a clip of each with its motion vectors, and scores its patches. */
export async function makeWorld(signal: AbortSignal): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'tgm-mission-'));
  // Threads may still write into it: such a removal is tried again.
  const forget = beforeSuddenEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const workers = availableParallelism();
  const videos = join(folder, 'moving-shapes');
  const pool = videoPool({ workers });
  const engine = await onnxEngine({ threads: workers });
  const close = async (): Promise<void> => {
    await pool.close();
    await engine.dispose();
    await rm(folder, { recursive: true, force: true });
    forget();
  };
  try {
    await makeMovingShapes({ folder: videos, ...VIDEOS, seed: SEED, workers, signal });
    const [train, test] = await Promise.all([
      readManifest(manifestPath(videos, 'train')),
      readManifest(manifestPath(videos, 'test')),
    ]);
    const model = smallModel();
    const clipModel = await loadClipModel(TINY_CLIP_FOLDER);
    const reading = { pool, engine, clipModel, grid: model.grid, signal };
    return {
      ...{ folder, videos, train, test, pool, engine, model, clipModel, signal, close },
      grid: model.grid,
      trainRows: await readRows(videos, 'train'),
      testRows: await readRows(videos, 'test'),
      clips: await readClips(train, 'train', reading),
      testClips: await readClips(test, 'test', reading),
    };
  } catch (error) {
    await close();
    throw error;
  }
}
