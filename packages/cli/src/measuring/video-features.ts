import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  encoderRepresentation,
  type Features,
  type LeftOutExample,
  readFeatures,
  writeFeatures,
} from '@tgm/eval';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type Collective, gatherJson, inOrder, singleProcess, videoExamples } from '@tgm/train';
import { type ClipRecipe, sampleAt, type VideoDataset, videoPool } from '@tgm/video-io';
import { noneReadable } from '../data/require-readable.js';
import { progress } from '../program/progress.js';
import type { OpenedModel } from './open-model.js';

export interface VideoFeaturesOptions {
  /** Features are kept in a folder of this one, whose name tells what they are of. */
  readonly folder: string;
  readonly dataset: VideoDataset;
  readonly model: OpenedModel;
  readonly engine: Engine;
  /** Views of a video; several give the mean of their vectors. */
  readonly recipe: ClipRecipe;
  /** Clips of one pass of the encoder. */
  readonly batchSize: number;
  /** Threads that decode. */
  readonly threads: number;
  readonly signal: AbortSignal;
  /** How the progress is called. */
  readonly stage: string;
  /** The processes that compute together, each some shards of the folder, which all of them see. Default: this one alone. */
  readonly collective?: Collective;
}

/** Features of some videos, and which these are. */
export interface VideoFeatures {
  /** [count] */
  readonly ids: readonly string[];
  /** Videos that cannot be read. */
  readonly leftOut: readonly LeftOutExample[];
  /** Where the features lie. */
  readonly folder: string;
  /** Samples that this call has computed, on all processes; the others were there. */
  readonly fresh: number;
}

/**
 * The mean token of the frozen encoder for each video. What was computed before of the same weights, videos and views is read from the
 * folder; a stopped call goes on.
 *
 * @throws CliError `VIDEOS_INVALID` where no video can be read; EvaluationError as `writeFeatures` and `readFeatures`; the signal's reason.
 */
export async function videoFeatures(options: VideoFeaturesOptions): Promise<Features & VideoFeatures> {
  const { folder, fresh } = await written(options, false);
  const features = await readFeatures(folder);
  if (features.count === 0) throw noneReadable(options.dataset.name, features.leftOut);
  return { ...features, folder, fresh };
}

/**
 * Keeps all tokens of the encoder for each video of one view, and gives the folder.
 *
 * @throws EvaluationError as `writeFeatures`; the signal's reason.
 */
export async function keepTokens(options: VideoFeaturesOptions): Promise<string> {
  return (await written(options, true)).folder;
}

async function written(options: VideoFeaturesOptions, tokens: boolean) {
  const { model, engine, recipe, batchSize, threads, signal, stage } = options;
  const collective = options.collective ?? singleProcess();
  const { rank, size: ranks } = collective;
  const dataset = withoutTexts(options.dataset);
  const pool = videoPool({ workers: threads });
  try {
    const examples = inOrder(videoExamples({ dataset, pool, recipe, views: recipe.clips }));
    const encoder = encoderRepresentation({
      engine,
      model: model.encoder,
      params: model.params,
      batchSize,
      tokens,
    });
    const { width, tokens: count = 1 } = encoder;
    const shardSize = samplesOfShard(dataset.length, batchSize, 4 * width * count);
    const what = { examples: await examples.describe(), encoder: await encoder.describe(), shardSize };
    const folder = join(options.folder, await nameOf(dataset, what, signal));
    let shown: ReturnType<typeof progress> | undefined;
    let computed = 0;
    try {
      await writeFeatures({
        folder,
        examples,
        representations: { encoder },
        ...{ shardSize, rank, ranks, signal },
        onProgress({ done, total = done, fresh }) {
          computed = fresh;
          if (fresh === 0) return;
          const name = ranks > 1 ? `${stage}, one of ${ranks} shares` : stage;
          shown ??= progress(name, total, 'videos', done - fresh, process.stderr);
          shown.update(done);
        },
      });
    } finally {
      shown?.end(signal.aborted ? 'stopped; run it again to go on' : '');
    }
    // Nobody reads before all have written.
    const all = (await gatherJson(collective, computed)) as number[];
    return { folder, fresh: all.reduce((sum, each) => sum + each, 0) };
  } finally {
    await pool.close();
  }
}

/** Processes among which small sets of videos can be shared out too. */
const SHARES = 64;

/** What a shard takes at most. */
const [SHARD_SAMPLES, SHARD_BYTES] = [256, 2 ** 26];

/** Whole passes, and the same whatever the number of processes. @param bytes of the features of a sample. */
function samplesOfShard(samples: number, batchSize: number, bytes: number): number {
  const shared = batchSize * Math.ceil(samples / (SHARES * batchSize));
  return Math.max(1, Math.min(shared, SHARD_SAMPLES, Math.floor(SHARD_BYTES / bytes)));
}

/** Features know neither labels nor captions, which may be mended without computing them anew. */
const withoutTexts = (dataset: VideoDataset): VideoDataset => ({
  name: dataset.name,
  length: dataset.length,
  async at(index) {
    const { label: _, ...sample } = await dataset.at(index);
    return { ...sample, captions: [] };
  },
});

/** A name that is another one for other weights, views or videos, and for a file that has changed. */
async function nameOf(dataset: VideoDataset, what: object, signal: AbortSignal): Promise<string> {
  const digest = createHash('sha256').update(JSON.stringify(what));
  const files = new Map<string, string>();
  for (let index = 0; index < dataset.length; index++) {
    signal.throwIfAborted();
    const { id, source, start, end } = await sampleAt(dataset, index);
    const known = files.get(source) ?? (await stateOf(source));
    files.set(source, known);
    digest.update(JSON.stringify([id, source, known, start, end]));
  }
  return digest.digest('hex').slice(0, 16);
}

/** Size and time of change of a file. */
const stateOf = (source: string): Promise<string> =>
  stat(source).then(
    ({ size, mtimeMs }) => `${size} ${mtimeMs}`,
    () => 'not there',
  );
