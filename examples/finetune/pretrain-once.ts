import { join } from 'node:path';
import { TINY_CLIP_FOLDER } from '@tgm/cli';
import { progress } from '@tgm/cli/program';
import { contrastiveLoss } from '@tgm/losses';
import { randomSliceMasking } from '@tgm/masking';
import { clipModelPatchTextEncoder, loadClipModel, type VideoMae } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import {
  adamW,
  cosineSchedule,
  type DecodedClip,
  embedCaptions,
  follow,
  pretrain,
  shuffled,
} from '@tgm/train';
import { captionedExamples } from './captioned-examples.js';
import { PRETRAINING } from './settings.js';

export interface PretrainOnceOptions {
  readonly engine: Engine;
  readonly model: VideoMae;
  readonly clips: readonly DecodedClip[];
  readonly steps: number;
  /** Folder of the run. */
  readonly out: string;
  readonly signal: AbortSignal;
}

/** Pre-trains on the clips and their captions, or goes on where it was stopped. Returns the folder of the checkpoint. */
export async function pretrainOnce(options: PretrainOnceOptions): Promise<string> {
  const { engine, model, clips, steps, out, signal } = options;
  const encoder = clipModelPatchTextEncoder({
    ...(await loadClipModel(TINY_CLIP_FOLDER)),
    engine,
    variant: 'value',
  });
  const captions = [...new Set(clips.flatMap(({ sample }) => sample.captions))];
  const texts = await embedCaptions(encoder, captions);
  const { batchSize, learningRate, warmupShare, maskRatio, seed } = PRETRAINING;
  const events = pretrain({
    engine,
    model,
    examples: shuffled(captionedExamples(clips, texts)),
    views: { contrast: { masking: randomSliceMasking({ ratio: maskRatio }) } },
    losses: [{ loss: contrastiveLoss({ view: 'contrast' }), weight: 1 }],
    optimizer: adamW(),
    schedule: cosineSchedule({ base: learningRate, warmupSteps: Math.floor(steps * warmupShare), steps }),
    batchSize,
    steps,
    seed,
    checkpoint: { folder: join(out, 'pretrained'), every: 100 },
    signal,
  });
  const shown = progress('pre-train', steps, 'steps');
  const { params, checkpoint } = await follow(events, [
    {
      write(event) {
        if (event.type === 'step')
          shown.update(event.step, `contrast ${event.terms.contrastive!.toFixed(2)}`);
      },
      async close() {},
    },
  ]);
  for (const tensor of Object.values(params)) tensor.dispose();
  signal.throwIfAborted();
  shown.end(`${checkpoint}`);
  return checkpoint!;
}
