import { availableParallelism } from 'node:os';
import { TINY_CLIP_FOLDER } from '@tgm/cli';
import { clipModelPatchTextEncoder, loadClipModel } from '@tgm/models';
import type { SkippedFile } from '@tgm/report';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { videoPool } from '@tgm/video-io';
import { demoModel } from './demo-model.js';
import type { ArmClip } from './guided-clips.js';
import { measurable } from './measurable.js';
import { movingShapesSet } from './moving-shapes-set.js';
import { ownVideosSet } from './own-videos-set.js';
import { decodeSet, scoreSet, scoreShuffled } from './prepare.js';
import type { RunFolder } from './run-folder.js';
import type { VideoSet } from './source.js';
import type { Stages } from './stages.js';

/** Clips in memory, decoded and scored against their captions. */
export interface PreparedData {
  readonly set: VideoSet;
  readonly train: readonly ArmClip[];
  /** Absent where nothing can be measured; `set.note` says why. */
  readonly test?: readonly ArmClip[];
  /** [tokens] share of each token that the named object of a test video covers, by its id. */
  readonly coverages?: ReadonlyMap<string, Float32Array>;
  readonly skipped: readonly SkippedFile[];
}

export interface PrepareDataOptions {
  /** Scores the clips against captions of other videos, too, and looks where the named objects are. Default false. */
  readonly controls?: boolean;
}

/** Makes or opens the videos of a run, decodes them and scores their patches. Rejects with the signal's reason after a stop. */
export async function prepareData(
  run: RunFolder,
  timed: Stages,
  signal: AbortSignal,
  { controls = false }: PrepareDataOptions = {},
): Promise<PreparedData> {
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
    const clip = await loadClipModel(TINY_CLIP_FOLDER);
    const encoder = clipModelPatchTextEncoder({ ...clip, engine, variant: 'value' });
    return await timed.run('Score patches against the captions', async () => {
      const score = controls ? scoreShuffled : scoreSet;
      const train = await score(encoder, measured.train, grid, signal);
      const test = measured.test && (await score(encoder, measured.test, grid, signal));
      const { objects } = measured.set;
      const coverages =
        controls && objects && test?.map(({ sample: { id } }) => [id, objects.coverage(id)] as const);
      return {
        set: measured.set,
        train,
        ...(test ? { test } : {}),
        ...(coverages ? { coverages: new Map(coverages) } : {}),
        skipped: [...decoded.train.skipped, ...(decoded.test?.skipped ?? [])],
      };
    });
  } finally {
    await engine.dispose();
  }
}
