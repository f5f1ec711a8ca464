import { type Features, linearProbe, pixelBaseline } from '@tgm/eval';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { decodeClips } from '@tgm/train';
import { readManifest, type VideoPool } from '@tgm/video-io';
import { clipRecipe, FRAMES, GRID, SIZE } from '../trust/clip-shape.js';
import { frameChanges } from './frame-changes.js';
import { colourHistogram, type Level, makeMovingShapes, manifestPath, readRows, toldApart } from './index.js';

/** What can be told of a level without a model. */
export interface LevelFigures {
  /** Percentage of test clips whose action a linear probe names. */
  readonly top1: number;
  /** Percentage of pairs of which it names both clips; of clips in pairs. */
  readonly apart?: number;
}

export interface MeasureLevelOptions {
  /** Gets a folder of clips. */
  readonly folder: string;
  readonly level: Level;
  readonly train: number;
  readonly test: number;
  readonly seed: number;
  readonly pool: VideoPool;
  readonly engine: Engine;
  readonly signal: AbortSignal;
}

/**
 * Features that need no model, of clips in the size that the demo's model reads: means of cells, colours without places, and means of
 * what changes in a cell.
 */
const FEATURES = {
  pixels: (clips: readonly Uint8Array[]) => pixelBaseline(clips, { frameCount: FRAMES.length, ...SIZE }),
  histogram: colourHistogram,
  changes: (clips: readonly Uint8Array[]) =>
    pixelBaseline(
      clips.map((clip) => frameChanges(clip, FRAMES.length)),
      { frameCount: FRAMES.length - 1, ...SIZE },
    ),
} as const satisfies Readonly<Record<string, (clips: readonly Uint8Array[]) => Features>>;
export type FeatureName = keyof typeof FEATURES;
export const FEATURE_NAMES = Object.keys(FEATURES) as FeatureName[];

/** Makes clips of a level, as files, and probes what is in their pixels. */
export async function measureLevel(
  options: MeasureLevelOptions,
): Promise<Readonly<Record<FeatureName, LevelFigures>>> {
  const { folder, level, train, test, seed, pool, engine, signal } = options;
  await makeMovingShapes({ folder, level, train, test, seed, workers: pool.workers, signal });
  const trainSet = await labelledClips(options, 'train');
  const testSet = await labelledClips(options, 'test');
  const figures = {} as Record<FeatureName, LevelFigures>;
  for (const name of FEATURE_NAMES) {
    const { top1, predictions } = await linearProbe({
      ...{ engine, seed, classes: level.actions.length },
      train: FEATURES[name](trainSet.clips),
      trainLabels: trainSet.labels,
      test: FEATURES[name](testSet.clips),
      testLabels: testSet.labels,
    });
    signal.throwIfAborted();
    const apart = level.inPairs ? { apart: 100 * toldApart(predictions, testSet.labels) } : {};
    figures[name] = { top1, ...apart };
  }
  return figures;
}

/** The clips of one split in order, [8, 64, 64, 3] each, and their actions. */
async function labelledClips(
  { folder, level, pool, signal }: MeasureLevelOptions,
  split: 'train' | 'test',
): Promise<{ readonly clips: readonly Uint8Array[]; readonly labels: Int32Array }> {
  const captions = level.captions[0]!;
  const dataset = await readManifest(manifestPath(folder, split, captions));
  const rows = await readRows(folder, split, captions);
  const clips: Uint8Array[] = [];
  const given = { dataset, pool, recipe: clipRecipe(), grid: GRID, concurrency: 2 * pool.workers, signal };
  for await (const decoded of decodeClips(given)) {
    if ('error' in decoded) throw decoded.error;
    clips.push(decoded.clips[0]!.frames);
  }
  signal.throwIfAborted();
  return { clips, labels: Int32Array.from(rows, ({ label }) => label) };
}
