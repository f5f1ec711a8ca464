import { reconstructionLoss } from '@tgm/losses';
import { tubeMasking } from '@tgm/masking';
import { videoMae } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import {
  adamW,
  clipExamples,
  constantSchedule,
  type DecodedClip,
  decodeClips,
  type ExampleSource,
  pretrain,
  shuffled,
  type TrainEvent,
  videoExamples,
} from '@tgm/train';
import { datasetOf, pretrainingRecipe, videoPool } from '@tgm/video-io';
import type { StreamCase } from './cases.js';
import { videoOf } from './videos.js';

/** Decode threads, as many as the figure has cores. */
const WORKERS = 2;

/** Pre-training without end on a case's videos: decoded anew for each batch, or all of them once, before the first. */
export async function streamRun(
  each: StreamCase,
  folder: string,
  from: 'disk' | 'memory',
  engine: Engine,
): Promise<AsyncGenerator<TrainEvent>> {
  const model = videoMae(each.config);
  return pretrain({
    engine,
    model,
    examples: shuffled(
      await sourceOf(each, folder, from),
      each.prefetch === undefined ? {} : { prefetch: each.prefetch },
    ),
    masking: tubeMasking({ ratio: each.ratio }),
    losses: [{ loss: reconstructionLoss(), weight: 1 }],
    optimizer: adamW(),
    schedule: constantSchedule({ base: 1e-4 }),
    batchSize: each.batch,
    // Until the program is ended.
    steps: Number.MAX_SAFE_INTEGER,
    stepsPerCall: 1,
    seed: 'bench',
  });
}

async function sourceOf(
  each: StreamCase,
  folder: string,
  from: 'disk' | 'memory',
): Promise<ExampleSource<object>> {
  const { files, copies, stride, config } = each;
  const dataset = datasetOf(
    'bench',
    Array.from({ length: files * copies }, (_, sample) => ({
      id: `${sample}`,
      source: videoOf(folder, sample % files),
      captions: [],
    })),
  );
  const recipe = pretrainingRecipe({
    frameCount: config.numFrames,
    stride,
    size: { width: config.imageSize, height: config.imageSize },
  });
  const pool = videoPool({ workers: WORKERS });
  if (from === 'disk') return videoExamples({ dataset, pool, recipe });
  const { grid } = videoMae(config);
  const clips: DecodedClip[] = [];
  for await (const decoded of decodeClips({ dataset, pool, recipe, grid, concurrency: 2 * WORKERS })) {
    if ('error' in decoded) throw decoded.error;
    clips.push(...decoded.clips);
  }
  await pool.close();
  return clipExamples(clips);
}
