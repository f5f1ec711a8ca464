import { type Interval, intervals } from '@tgm/eval';
import { callable, objectWith, optional, optionTable } from '@tgm/options';
import {
  finetune,
  type LeftOutSample,
  shuffled,
  singleProcess,
  type TrainEvent,
  videoExamples,
} from '@tgm/train';
import type { VideoDataset } from '@tgm/video-io';
import { requireLabels } from '../data/require-labels.js';
import { requireReadable } from '../data/require-readable.js';
import { withClasses } from '../data/with-classes.js';
import { viewScores } from '../measuring/view-scores.js';
import { writeResults } from '../measuring/write-results.js';
import { finetuningParts } from '../presets/finetuning-parts.js';
import type { FinetuningSettings } from '../presets/settings.js';
import { CliError } from '../program/errors.js';
import { classesOf } from './classes-of.js';
import { pretrainedEncoder } from './pretrained-encoder.js';
import { RUN_FILES } from './run-folder.js';
import { FINETUNING_RUN_FIELDS, type FinetuningRunOptions } from './run-options.js';
import { runTraining, TRAINING_FIELDS, type TrainedRun, type TrainingOptions } from './run-training.js';

export interface RunFinetuningOptions extends TrainingOptions, FinetuningRunOptions {
  /** Videos with labels, and the names of their classes. */
  readonly dataset: VideoDataset;
  readonly settings: FinetuningSettings;
  /** Videos with labels that the classifier is tested on behind the last step. Default: no test. */
  readonly validation?: VideoDataset;
  /** Hears how many videos of the test are done. */
  readonly onTest?: (done: number, total?: number) => void;
}

/** What a classifier gets right, as `tgm evaluate` tells it too. */
export interface ViewsTest {
  /** Videos that were measured. */
  readonly videos: number;
  /** Videos that cannot be read, and why. */
  readonly leftOut: readonly LeftOutSample[];
  /** Accuracies in per cent, each with the interval of 95 % that the choice of the videos leaves. */
  readonly figures: Readonly<Record<string, Interval>>;
}

/** Where a fine-tuning stands. */
export interface FinetunedRun extends TrainedRun {
  /** Absent: there was none. */
  readonly test?: ViewsTest;
}

/** Views of one pass of the test. More at a time take memory and are no faster on a processor. */
const VIEWS_A_PASS = 16;

const TEST_LABELS = 'Of a folder with a folder for each class: --validation.classes folders.';

const OPTIONS = optionTable(
  'runFinetuning',
  {
    ...FINETUNING_RUN_FIELDS,
    ...TRAINING_FIELDS,
    dataset: objectWith<VideoDataset>('a data set', ['name', 'length', 'at']),
    settings: objectWith<FinetuningSettings>('settings of a fine-tuning', ['model', 'recipe', 'length']),
    validation: optional(objectWith<VideoDataset>('a data set', ['name', 'length', 'at'])),
    onTest: optional(callable<NonNullable<RunFinetuningOptions['onTest']>>()),
  } satisfies Record<keyof RunFinetuningOptions, unknown>,
  CliError,
);

/**
 * Fine-tunes a classifier in a folder, as `tgm finetune` does, and tests it behind the last step on several views of each video of
 * `validation`, of which each of several processes sees a share. What the test tells is an event of the run, and `result.json` of the
 * folder. The same options again go on.
 *
 * @throws CliError before the first step: `OPTION_INVALID`, `INPUT_INVALID` for data without classes, for videos of either kind without
 *   their labels and for an encoder of another shape, `VIDEOS_INVALID` where no video of the test can be read. What `finetune` of
 *   `@tgm/train` and `multiViewScores` of `@tgm/eval` throw; the reason of `signal` where it aborts before the first step or in the test.
 */
export async function runFinetuning(options: RunFinetuningOptions): Promise<FinetunedRun> {
  const { dataset, settings, validation, pretrained, onTest, ...run } = OPTIONS.check(options);
  const labels = classesOf(dataset);
  const testVideos = validation && withClasses(validation, labels);
  await requireLabels(dataset, labels, 'Give each video a label, or leave it out.');
  if (testVideos) await requireLabels(testVideos, labels, TEST_LABELS);
  const collective = run.collective ?? singleProcess();
  let tests: ViewsTest | undefined;
  const trained = await runTraining(run, {
    name: 'finetune',
    title: `Fine-tuning on ${dataset.name}`,
    videos: dataset.length,
    measures: testVideos !== undefined,
    async start({ engine, pool, signal, isFirst, badSamples, run: common }) {
      if (testVideos && isFirst) await requireReadable(testVideos, pool, signal);
      const begin = pretrained === undefined ? undefined : await pretrainedEncoder(pretrained, settings);
      const { recipe, test, ...parts } = finetuningParts(settings, {
        videos: dataset.length,
        labels,
        recompute: run.recompute,
        ...(begin && { pixels: begin.pixels }),
      });
      const { model, steps } = parts;
      const examples = shuffled(videoExamples({ dataset, pool, recipe }), { badSamples });
      const start = begin && { pretrained: begin.params };
      const events = finetune({ ...parts, ...common(steps), ...start, examples });
      const told = onTest && {
        onProgress: (done: number, total = done) => onTest(Math.min(total, done * collective.size), total),
      };
      return {
        events:
          testVideos === undefined
            ? events
            : tested(events, async (params) => {
                const work = { engine, pool, model, params, signal, collective, batchSize: VIEWS_A_PASS };
                const given = { dataset: testVideos, recipe: test, ...told };
                const { scores, leftOut } = await viewScores({ ...work, ...given });
                tests = { videos: scores.videos, leftOut, figures: intervals(scores.outcome) };
                return figuresOf(tests);
              }),
        async end() {
          for (const tensor of Object.values(begin?.params ?? {})) tensor.dispose();
        },
      };
    },
  });
  if (tests === undefined || collective.rank > 0) return trained;
  const about = { model: trained.checkpoint, data: validation!.name, test: settings.test };
  await writeResults(run.output, { [RUN_FILES.result]: { ...about, ...tests } });
  return { ...trained, test: tests };
}

/** As an event has them: `top1`, `top1/from`, `top1/to`. */
const figuresOf = ({ figures, videos, leftOut }: ViewsTest): Record<string, number> => ({
  ...Object.fromEntries(
    Object.entries(figures).flatMap(([name, { value, from, to }]) => [
      [name, value],
      [`${name}/from`, from],
      [`${name}/to`, to],
    ]),
  ),
  videos,
  leftOut: leftOut.length,
});

type Test = (
  params: Extract<TrainEvent, { type: 'end' }>['params'],
) => Promise<Readonly<Record<string, number>>>;

/** The events of a run, with those of a test before its end: files and page have it, and the folder is the run's until then. */
async function* tested(events: AsyncIterable<TrainEvent>, test: Test): AsyncGenerator<TrainEvent> {
  for await (const event of events) {
    if (event.type === 'end' && event.reason === 'completed') {
      const figures = await test(event.params);
      yield { type: 'evaluated', step: event.step, evaluator: 'test', parameters: 'current', figures };
    }
    yield event;
  }
}
