import { captionRetrievalEvaluator, type Evaluator, linearProbeEvaluator, multiViewTest } from '@tgm/eval';
import { contrastiveLoss, reconstructionLoss } from '@tgm/losses';
import { randomMasking, seededRandom } from '@tgm/masking';
import { type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import type { Collective } from '../collective/collective.js';
import { inOrder } from '../data/in-order.js';
import { noiseSource, TEXT_WIDTH } from '../data/noise-source.test-support.js';
import { shuffled } from '../data/shuffled.js';
import { finetune } from '../finetune.js';
import { tinyClassifier, tinyModel } from '../objectives/tiny-batch.test-support.js';
import { adamW } from '../optimizers/adamw.js';
import { pretrain } from '../pretrain.js';
import { runToEnd } from '../pretrain.test-support.js';
import { constantSchedule } from '../schedules/constant.js';
import type { EvaluatedEvent, TrainEvent } from './events.js';

/** What a process is told of a training with evaluations, and what it did itself. */
export interface Measured {
  readonly evaluated: readonly Pick<EvaluatedEvent, 'step' | 'evaluator' | 'parameters' | 'figures'>[];
  /** Passes of clips for evaluators that share them out, and for those that do not. */
  readonly passes: { readonly shared: number; readonly alone: number };
}

const CLIPS = 22;

const clips = (key: string) => {
  const labels = Array.from({ length: CLIPS }, (_, at) => at % 2);
  const random = seededRandom(key);
  return {
    labels,
    clips: labels.map((label) =>
      Uint8Array.from({ length: 4 * 16 * 16 * 3 }, () => 60 + 20 * label + 90 * random()),
    ),
  };
};

/** An engine that tells of each pass of whole clips. */
const counting = (engine: Engine, tell: () => void): Engine => ({
  ...engine,
  compile(compute) {
    const run = engine.compile(compute);
    return (inputs) => {
      if ('positions' in (inputs as object)) tell();
      return run(inputs);
    };
  },
});

/**
 * A pre-training and a fine-tuning that measure themselves, each figure twice: by an evaluator that shares its work out, and by the same
 * one without its word for it, which one process computes alone.
 */
export async function measuredTraining(collective: Collective): Promise<Measured> {
  const engine = await onnxEngine({ threads: 1 });
  const passes = { shared: 0, alone: 0 };
  const each = (make: (engine: Engine) => Evaluator): readonly Evaluator[] => {
    const [shared, one] = (['shared', 'alone'] as const).map((kind) =>
      make(
        counting(engine, () => {
          passes[kind] += 1;
        }),
      ),
    );
    return [shared!, { name: `${one!.name} alone`, evaluate: (params) => one!.evaluate(params) }];
  };
  const [model, classifier] = [tinyModel(), tinyClassifier()];
  const [train, test] = [clips('train'), clips('test')];
  const random = seededRandom('captions');
  const captions = {
    values: Float32Array.from({ length: CLIPS * TEXT_WIDTH }, () => random() - 0.5),
    count: CLIPS,
    width: TEXT_WIDTH,
  };
  const run = {
    ...{ engine, collective, optimizer: adamW(), schedule: constantSchedule({ base: 1e-2 }) },
    ...{ batchSize: 4, steps: 5, seed: 7 },
  };
  const events: TrainEvent[] = [];
  const told = async function* (of: AsyncIterable<TrainEvent>) {
    for await (const event of of) {
      events.push(event);
      yield event;
    }
  };
  try {
    const pretraining = pretrain({
      ...run,
      model,
      examples: shuffled(noiseSource()),
      masking: randomMasking({ ratio: 0.5 }),
      losses: [
        { loss: reconstructionLoss(), weight: 1 },
        { loss: contrastiveLoss(), weight: 1 },
      ],
      average: { decay: 0.9 },
      evaluate: {
        every: 2,
        parameters: 'both',
        evaluators: [
          ...each((engine) =>
            linearProbeEvaluator({
              ...{ engine, model, train, test, classes: 2, batchSize: 4, intervals: true },
              probe: { seed: 0 },
            }),
          ),
          ...each((engine) =>
            captionRetrievalEvaluator({ engine, model, clips: test.clips, captions, batchSize: 4 }),
          ),
        ],
      },
    });
    await runToEnd(told(pretraining));
    const labelled = (length: number) => noiseSource(length, (_, index) => ({ label: index % 3 }));
    const videos = inOrder(labelled(11));
    const finetuning = finetune({
      ...run,
      model: classifier,
      examples: shuffled(labelled(6)),
      evaluate: {
        every: 3,
        evaluators: each((engine) => multiViewTest({ engine, model: classifier, videos, batchSize: 4 })),
      },
    });
    await runToEnd(told(finetuning));
  } finally {
    await engine.dispose();
  }
  const evaluated = events.filter((event) => event.type === 'evaluated');
  return {
    evaluated: evaluated.map(({ step, evaluator, parameters, figures }) => ({
      ...{ step, evaluator, parameters, figures },
    })),
    passes,
  };
}
