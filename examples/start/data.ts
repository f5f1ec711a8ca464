import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { clipModelPatchTextEncoder, loadClipModel } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import type { CaptionedClip } from '@tgm/train';
import { videoPool } from '@tgm/video-io';
import type { SkippedFile } from '../report/report-data.js';
import { demoModel } from './demo-model.js';
import { measurable } from './measurable.js';
import { movingShapesSet } from './moving-shapes-set.js';
import { ownVideosSet } from './own-videos-set.js';
import { decodeSet, scoreSet } from './prepare.js';
import type { RunFolder } from './run-folder.js';
import type { VideoSet } from './source.js';
import type { Stages } from './stages.js';

const TINY_CLIP_MODEL = resolve(import.meta.dirname, '../models/tiny-clip-model');

/** Clips in memory, decoded and scored against their captions. */
export interface PreparedData {
  readonly set: VideoSet;
  readonly train: readonly CaptionedClip[];
  /** Absent where nothing can be measured; `set.note` says why. */
  readonly test?: readonly CaptionedClip[];
  readonly skipped: readonly SkippedFile[];
}

/** Makes or opens the videos of a run, decodes them and scores their patches. Rejects with the signal's reason after a stop. */
export async function prepareData(run: RunFolder, timed: Stages, signal: AbortSignal): Promise<PreparedData> {
  const { command } = run;
  const workers = availableParallelism();
  const set = await timed.run(command.videos ? 'Open the videos' : 'Make Moving Shapes', () =>
    command.videos ? ownVideosSet(command.videos, command) : movingShapesSet({ ...command, workers, signal }),
  );
  const { grid } = demoModel();
  const decoded = await timed.run('Decode pixels and motion vectors', async () => {
    const pool = videoPool({ workers });
    try {
      const preparing = { run, pool, workers, grid, set, signal };
      const train = await decodeSet(preparing, set.train, 'train');
      const test = set.test && (await decodeSet(preparing, set.test, 'test'));
      return { train, test };
    } finally {
      await pool.close();
    }
  });
  const measured = measurable(set, decoded.train.clips, decoded.test?.clips);

  const engine = await onnxEngine({ threads: workers });
  try {
    const clip = await loadClipModel(TINY_CLIP_MODEL);
    const encoder = clipModelPatchTextEncoder({ ...clip, engine, variant: 'value' });
    return await timed.run('Score patches against the captions', async () => {
      const train = await scoreSet(encoder, measured.train, grid, signal);
      const { test } = measured;
      return {
        set: measured.set,
        train,
        ...(test ? { test: await scoreSet(encoder, test, grid, signal) } : {}),
        skipped: [...decoded.train.skipped, ...(decoded.test?.skipped ?? [])],
      };
    });
  } finally {
    await engine.dispose();
  }
}
