import { linearProbe } from '@tgm/eval';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { readRows, toldApart } from './index.js';
import { type LevelClipsOptions, levelClips } from './level-clips.js';
import { MODEL_FREE, MODEL_FREE_NAMES, type ModelFree } from './model-free.js';

/** What can be told of a level without a model. */
export interface LevelFigures {
  /** Percentage of test clips whose action a linear probe names. */
  readonly top1: number;
  /** Percentage of pairs of which it names both clips; of clips in pairs. */
  readonly apart?: number;
}

export interface MeasureLevelOptions extends LevelClipsOptions {
  readonly engine: Engine;
}

/** Makes clips of a level, as files, and probes what is in their pixels. */
export async function measureLevel(
  options: MeasureLevelOptions,
): Promise<Readonly<Record<ModelFree, LevelFigures>>> {
  const { engine, ...making } = options;
  const { folder, level, seed, signal } = making;
  const { train, test } = await levelClips(making);
  const labelsOf = async (split: string) =>
    Int32Array.from(await readRows(folder, split, level.captions[0]), ({ label }) => label);
  const [trainLabels, testLabels] = [await labelsOf('train'), await labelsOf('test')];
  const figures = {} as Record<ModelFree, LevelFigures>;
  for (const name of MODEL_FREE_NAMES) {
    const { top1, predictions } = await linearProbe({
      ...{ engine, seed, classes: level.actions.length },
      train: MODEL_FREE[name](train.map(({ frames }) => frames)),
      trainLabels,
      test: MODEL_FREE[name](test.map(({ frames }) => frames)),
      testLabels,
    });
    signal.throwIfAborted();
    const apart = level.inPairs ? { apart: 100 * toldApart(predictions, testLabels) } : {};
    figures[name] = { top1, ...apart };
  }
  return figures;
}
