import { join } from 'node:path';
import { progress } from '@tgm/cli/program';
import type { Evaluator } from '@tgm/eval';
import type { Params, VideoMaeClassifier } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import {
  adamW,
  clipExamples,
  cosineSchedule,
  type DecodedClip,
  finetune,
  follow,
  jsonlSink,
  readEvents,
  shuffled,
} from '@tgm/train';
import { TUNING } from './settings.js';

/** Where a fine-tuning begins. */
export type Beginning = 'pretrained' | 'scratch';

export interface TuneOptions {
  readonly engine: Engine;
  readonly model: VideoMaeClassifier;
  readonly beginning: Beginning;
  /** With VideoMAE's drop path, smoothing and mixing. */
  readonly defaults: boolean;
  /** Parameters of the pre-trained Video MAE. */
  readonly pretrained: Params;
  readonly clips: readonly DecodedClip[];
  readonly steps: number;
  readonly seed: number;
  readonly evaluator: Evaluator;
  /** Folder of the run. */
  readonly out: string;
  readonly signal: AbortSignal;
}

/** Accuracy on the test clips, in per cent, at some steps and at the end. */
export interface Tuned {
  readonly curve: readonly { readonly step: number; readonly top1: number }[];
  readonly top1: number;
}

/** Points of a curve. */
const POINTS = 4;

/** Fine-tunes once, or goes on where it was stopped. The curve has what earlier calls measured too. */
export async function tune(options: TuneOptions): Promise<Tuned> {
  const { engine, model, beginning, defaults, pretrained, clips, steps, seed, evaluator, out, signal } =
    options;
  const { batchSize, learningRate, warmupShare, off, layerDecay, checkpointEvery } = TUNING;
  const name = `seed-${seed}-${beginning}${defaults ? '-defaults' : ''}`;
  const folder = join(out, name);
  const log = join(folder, 'log.jsonl');
  const events = finetune({
    engine,
    model,
    ...(beginning === 'pretrained' && { pretrained }),
    examples: shuffled(clipExamples(clips)),
    optimizer: adamW({ betas: [0.9, 0.999] }),
    schedule: cosineSchedule({ base: learningRate, warmupSteps: Math.floor(steps * warmupShare), steps }),
    batchSize,
    steps,
    seed,
    layerDecay: layerDecay[beginning],
    ...(defaults ? {} : off),
    evaluate: { every: Math.ceil(steps / POINTS), evaluators: [evaluator] },
    checkpoint: { folder, every: checkpointEvery, keep: 1 },
    signal,
  });
  const shown = progress(name, steps, 'steps');
  const { params } = await follow(events, [
    jsonlSink(log),
    {
      write(event) {
        if (event.type === 'step') shown.update(event.step, `loss ${event.terms.classification!.toFixed(2)}`);
      },
      async close() {},
    },
  ]);
  signal.throwIfAborted();
  const measured = (await readEvents(log)).filter((event) => event.type === 'evaluated');
  const curve = measured.map(({ step, figures }) => ({ step, top1: figures.top1! }));
  const last = curve.at(-1);
  const top1 = last?.step === steps ? last.top1 : (await evaluator.evaluate(params)).top1!;
  for (const tensor of Object.values(params)) tensor.dispose();
  shown.end(`top-1 ${top1.toFixed(1)} %`);
  return { curve, top1 };
}
