import { extractFeatures, type Features, linearProbe, pairAccuracy } from '@tgm/eval';
import type { Params, VideoMaeEncoder } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { readRows } from '../moving-shapes/index.js';
import { type LevelClipsOptions, levelClips } from '../moving-shapes/level-clips.js';
import { MODEL_FREE, type ModelFree } from '../moving-shapes/model-free.js';

/** What a probe of some features tells of a level. */
export interface LevelFigures {
  /** Percentage of test clips whose action a linear probe names. */
  readonly top1: number;
  /** Percentage of pairs of which it names both clips; of clips in pairs. */
  readonly both?: number;
}

export interface MeasureLevelOptions extends LevelClipsOptions {
  readonly engine: Engine;
  /** Encoders to measure beside what needs no model, by name. */
  readonly encoders?: Readonly<Record<string, TrainedEncoder>>;
}

export interface TrainedEncoder {
  readonly model: VideoMaeEncoder;
  readonly params: Params;
}

const CLIPS_PER_PASS = 32;

/** Makes clips of a level, as files, and probes what is in their pixels, and what encoders make of them. */
export async function measureLevel(
  options: MeasureLevelOptions,
): Promise<Readonly<Record<string, LevelFigures> & Record<ModelFree, LevelFigures>>> {
  const { engine, encoders = {}, ...making } = options;
  const { folder, level, seed, signal } = making;
  const { train, test } = await levelClips(making);
  const labelsOf = async (split: string) =>
    Int32Array.from(await readRows(folder, split, level.captions[0]), ({ label }) => label);
  const [trainLabels, testLabels] = [await labelsOf('train'), await labelsOf('test')];
  const [trainFrames, testFrames] = [train.map(({ frames }) => frames), test.map(({ frames }) => frames)];
  type Extract = (clips: readonly Uint8Array[]) => Features | Promise<Features>;
  const measured: Record<string, Extract> = { ...MODEL_FREE };
  for (const [name, encoder] of Object.entries(encoders)) {
    measured[name] = (clips) => extractFeatures({ ...encoder, engine, clips, batchSize: CLIPS_PER_PASS });
  }
  const figures: Record<string, LevelFigures> = {};
  const classes = level.actions.length;
  for (const [name, extract] of Object.entries(measured)) {
    const { top1, scores } = await linearProbe({
      ...{ engine, seed, classes },
      train: await extract(trainFrames),
      trainLabels,
      test: await extract(testFrames),
      testLabels,
    });
    signal.throwIfAborted();
    figures[name] = {
      top1,
      ...(level.inPairs && { both: pairAccuracy({ scores, labels: testLabels, classes }).both }),
    };
  }
  return figures as Record<string, LevelFigures> & Record<ModelFree, LevelFigures>;
}
