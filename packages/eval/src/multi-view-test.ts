import { classesOf, type Params, type VideoMaeClassifier } from '@tgm/models';
import { callable, objectWith, optional, optionTable, passing, showValue, wholeNumber } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { clipPasses, type NamedClip } from './clip-passes.js';
import { EvaluationError } from './errors.js';
import type { Evaluator } from './evaluator.js';
import { checkCount } from './features.js';
import { gatheredPredictions } from './gathered-predictions.js';
import { type GroupedAccuracies, groupedAccuracies } from './grouped/grouped-accuracies.js';
import { meanOfViews } from './mean-of-views.js';
import { engineField } from './option-fields.js';
import { type Processes, processesField } from './processes.js';
import { sharedVideos } from './shared-videos.js';
import { requireVideo, type TestVideo, type TestVideos } from './test-video.js';
import { intervalsField, told } from './told.js';
import type { PlacedPrediction, VideoPrediction } from './video-prediction.js';

export interface MultiViewTestOptions {
  readonly engine: Engine;
  readonly model: VideoMaeClassifier;
  readonly videos: TestVideos;
  /** Views of one pass, from 1. */
  readonly batchSize: number;
  /** Called when a video is done, of several processes by each. `total` is given where `videos` has a length. */
  readonly onProgress?: (done: number, total?: number) => void;
  /** Whether each figure also has its interval of 95 %, as `<figure>/from` and `<figure>/to`. False by default. */
  readonly intervals?: boolean;
}

export interface MultiViewScoresOptions extends Omit<MultiViewTestOptions, 'intervals'> {
  readonly params: Params;
  /** All of which measure the same; each sees a share of the videos. Default: this process alone. */
  readonly processes?: Processes;
}

/** What the classifier gets right, and what it says of each video. */
export interface MultiViewScores extends GroupedAccuracies {
  /** Videos that were measured. */
  readonly videos: number;
  /** Videos that were to come and did not. */
  readonly leftOut: number;
  readonly predictions: readonly VideoPrediction[];
}

const FIELDS = {
  engine: engineField(),
  model: objectWith<VideoMaeClassifier>('what videoMaeClassifier() gives', [
    'config',
    'grid',
    'groups',
    'tokenSize',
    'pixels',
    'encode',
    'pool',
    'classify',
  ]),
  videos: passing(
    'videos, one after the other',
    (value): value is TestVideos =>
      typeof value === 'object' &&
      value !== null &&
      (Symbol.asyncIterator in value || Symbol.iterator in value),
  ),
  batchSize: wholeNumber({ from: 1 }),
  onProgress: optional(callable<(done: number, total?: number) => void>()),
} satisfies Record<keyof Omit<MultiViewTestOptions, 'intervals'>, unknown>;

const TEST = optionTable(
  'multiViewTest',
  { ...FIELDS, intervals: intervalsField() } satisfies Record<keyof MultiViewTestOptions, unknown>,
  EvaluationError,
);

const SCORES = optionTable(
  'multiViewScores',
  {
    ...FIELDS,
    params: passing('parameters by name', (value): value is Params => typeof value === 'object' && !!value),
    processes: optional(processesField()),
  } satisfies Record<keyof MultiViewScoresOptions, unknown>,
  EvaluationError,
);

/**
 * What a classifier gets right when it sees several views of each video, clips along it and crops of them: the softmax of each
 * view, their mean, the best classes of that (VideoMAE, arXiv 2203.12602, appendix: 5 x 3 views of Kinetics-400). One view a
 * video is the case of clips in memory.
 *
 * @throws EvaluationError `OPTION_INVALID`, also for a group of the name `all` beside others, an id that comes twice, and where more
 *   videos come than `length` says; `LABEL_OUT_OF_RANGE` for a video without a label of the classifier's, `SHAPE_MISMATCH` for a view
 *   of another size, `NON_FINITE_LOGIT`, `TOO_FEW_EXAMPLES` without videos; what the videos throw.
 */
export async function multiViewScores(options: MultiViewScoresOptions): Promise<MultiViewScores> {
  const { params, processes, ...parts } = SCORES.check(options);
  return scorer(SCORES.where, parts)(params, processes);
}

/**
 * {@link multiViewScores} as an evaluator, compiled once. Its numbers are `top1`, `top5`, `classMeanTop1` and `classMeanTop5`
 * in per cent, for several groups `<group>/top1` and so on, and `all/top1` and so on; beside them the counts `videos` and
 * `leftOut`.
 *
 * @throws EvaluationError `OPTION_INVALID`, also for such a group; `evaluate` rejects as `multiViewScores` does.
 */
export function multiViewTest(options: MultiViewTestOptions): Evaluator {
  const checked = TEST.check(options);
  const scores = scorer(TEST.where, checked);
  return {
    name: 'multiViewTest',
    together: true,
    async evaluate(params, processes) {
      const { outcome, videos, leftOut } = await scores(params, processes);
      return { ...told(outcome, checked.intervals), videos, leftOut };
    },
  };
}

type Waiting = Omit<PlacedPrediction, 'probabilities'> & {
  readonly rows: Float32Array[];
};

function scorer(where: string, parts: Omit<MultiViewTestOptions, 'intervals'>) {
  const { engine, model, videos, batchSize, onProgress } = parts;
  const { groups } = model;
  requireOtherNames(where, groups);
  const passes = clipPasses({
    where: `${where},`,
    engine,
    model,
    batchSize,
    compute: ({ params, tokens }) => model.classify(params, model.pool(params, model.encode(params, tokens))),
  });

  return async (params: Params, processes?: Processes): Promise<MultiViewScores> => {
    const waiting: Waiting[] = [];
    const own: PlacedPrediction[] = [];
    for await (const logits of passes(params, views(waiting, processes))) {
      const video = waiting[0]!;
      video.rows.push(logits);
      if (video.rows.length < video.views) continue;
      waiting.shift();
      own.push(predictionOf(video));
      onProgress?.(own.length, videos.length);
    }
    const predictions = await gatheredPredictions(where, processes, own);
    checkCount(where, predictions.length, 1);
    const { length = predictions.length } = videos;
    if (!(Number.isInteger(length) && length >= predictions.length)) {
      throw new EvaluationError('OPTION_INVALID', {
        where: `${where}, option videos, length`,
        expected: `the number of the videos, of which ${predictions.length} have come`,
        received: showValue(length),
      });
    }
    const labels = (at: number) => predictions.map((each) => each.labels[at]!);
    return {
      ...groupedAccuracies(
        groups.map(({ name }, at) => ({ name, labels: labels(at) })),
        predictions.map(({ probabilities }) => probabilities),
      ),
      videos: predictions.length,
      leftOut: length - predictions.length,
      predictions,
    };
  };

  /** The views of all videos, one after the other. The videos wait for what is said of them. */
  async function* views(waiting: Waiting[], processes?: Processes): AsyncGenerator<NamedClip> {
    const seen = new Set<string>();
    for await (const { at, video } of sharedVideos(videos, processes, batchSize)) {
      requireVideo(`${where}, option videos`, video, seen);
      const { id, frames, others = [], label } = video;
      waiting.push({ at, id, views: 1 + others.length, labels: labelsOf(id, label), rows: [] });
      for (const [view, clip] of [{ frames }, ...others].entries()) {
        yield { frames: clip.frames, name: `view ${view} of video "${id}"` };
      }
    }
  }

  function labelsOf(id: string, label: TestVideo['label']): number[] {
    return classesOf(model, label, (expected, received) => {
      throw new EvaluationError('LABEL_OUT_OF_RANGE', {
        where: `${where}, video "${id}"`,
        expected,
        received,
      });
    });
  }

  function predictionOf({ at, id, views: count, labels, rows }: Waiting): PlacedPrediction {
    const bad = rows.findIndex((row) => !row.every(Number.isFinite));
    if (bad >= 0) {
      throw new EvaluationError('NON_FINITE_LOGIT', {
        where: `${where}, view ${bad} of video "${id}"`,
        expected: 'finite logits',
        received: showValue(rows[bad]!.find((logit) => !Number.isFinite(logit))),
        advice: 'The parameters may have diverged.',
      });
    }
    const probabilities = groups.map(({ from, labels: names }) => {
      const logits = new Float32Array(count * names.length);
      rows.forEach((row, view) => {
        logits.set(row.subarray(from, from + names.length), view * names.length);
      });
      return meanOfViews(logits, count, names.length);
    });
    return { at, id, views: count, labels, probabilities };
  }
}

/** All groups together are told by the name `all`. */
function requireOtherNames(where: string, groups: VideoMaeClassifier['groups']): void {
  if (groups.length === 1 || !groups.some(({ name }) => name === 'all')) return;
  throw new EvaluationError('OPTION_INVALID', {
    where: `${where}, option model`,
    expected: 'groups of other names than "all", by which all of them together are told',
    received: showValue(groups.map(({ name }) => name)),
  });
}
