import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  encoderRepresentation,
  type Features,
  type LeftOutExample,
  readFeatures,
  readTokenFeatures,
  type TokenFeatures,
  writeFeatures,
} from '@tgm/eval';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { inOrder, videoExamples } from '@tgm/train';
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
}

/** Features of some videos, and which these are. */
export interface VideoFeatures {
  /** [count] */
  readonly ids: readonly string[];
  /** Videos that cannot be read. */
  readonly leftOut: readonly LeftOutExample[];
  /** Where the features lie. */
  readonly folder: string;
  /** Samples that this call has computed; the others were there. */
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

/** All tokens of the encoder for each video of one view. @throws as {@link videoFeatures} */
export async function videoTokens(options: VideoFeaturesOptions): Promise<TokenFeatures & VideoFeatures> {
  const { folder, fresh } = await written(options, true);
  return { ...(await readTokenFeatures(folder)), folder, fresh };
}

async function written(options: VideoFeaturesOptions, tokens: boolean) {
  const { model, engine, recipe, batchSize, threads, signal, stage } = options;
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
    const what = { examples: await examples.describe(), encoder: await encoder.describe() };
    const folder = join(options.folder, await nameOf(dataset, what, signal));
    let shown: ReturnType<typeof progress> | undefined;
    let computed = 0;
    try {
      await writeFeatures({
        folder,
        examples,
        representations: { encoder },
        signal,
        onProgress({ done, total = done, fresh }) {
          computed = fresh;
          if (fresh === 0) return;
          shown ??= progress(stage, total, 'videos', done - fresh, process.stderr);
          shown.update(done);
        },
      });
    } finally {
      shown?.end(signal.aborted ? 'stopped; run it again to go on' : '');
    }
    return { folder, fresh: computed };
  } finally {
    await pool.close();
  }
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
