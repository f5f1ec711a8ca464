import { totalmem } from 'node:os';
import {
  type Interval,
  intervals,
  type LeftOutExample,
  type MtebResult,
  mtebResult,
  readTokenFeatures,
} from '@tgm/eval';
import { objectWith, optionTable } from '@tgm/options';
import { type Collective, singleProcess } from '@tgm/train';
import type { OpenedDataset, VideoSample } from '@tgm/video-io';
import { withClasses } from '../data/with-classes.js';
import type { ProbingSettings } from '../presets/settings.js';
import { CliError } from '../program/errors.js';
import { labelKinds } from './label-kinds.js';
import type { OpenedModel } from './open-model.js';
import { PROBE_RUN_FIELDS, type ProbeRunOptions } from './probe-options.js';
import { type ProbeWork, runProtocol } from './run-protocol.js';
import { samplesById } from './samples-by-id.js';
import { keepTokens, type VideoFeatures, videoFeatures } from './video-features.js';
import { recipeOf } from './views.js';
import { withModel } from './with-model.js';

export interface ProbeModelOptions extends ProbeRunOptions {
  /** Views to learn from and to test, and the recipes of the probes: `PRESETS['probe-b-k400']` is such. */
  readonly settings: Omit<ProbingSettings, 'stage' | 'model'>;
}

/** Videos of one side of a probe. */
export interface ProbedVideos {
  /** The data set. */
  readonly data: string;
  /** Videos with features. */
  readonly videos: number;
  /** Videos that cannot be read, and why. */
  readonly leftOut: readonly LeftOutExample[];
}

/** What frozen features are worth. */
export interface Probed {
  /** The folder that the model was read from. */
  readonly model: string;
  readonly train: ProbedVideos;
  readonly test: ProbedVideos;
  /** `linear/top1`, or `linear/verb/top1`, in per cent, with the interval of 95 % that the choice of the test videos leaves. */
  readonly figures: Readonly<Record<string, Interval>>;
  /** What each protocol chose: a strength of decay, a learning rate, neighbours. */
  readonly chosen: Readonly<Record<string, object>>;
  /** The few-shot result in mteb's form, where that was asked for. */
  readonly mteb?: MtebResult;
}

const TABLE = optionTable(
  'probeModel',
  {
    ...PROBE_RUN_FIELDS,
    settings: objectWith<ProbeModelOptions['settings']>('settings of a probing', [
      'recipe',
      'test',
      'linear',
      'attentive',
    ]),
  } satisfies Record<keyof ProbeModelOptions, unknown>,
  CliError,
);

/**
 * Probes a frozen encoder: features of both sets are computed once and kept, then each protocol learns from the first set and is tested
 * on the second. Classes are told by their names.
 *
 * Several processes share the features out, in a folder that all of them see, and take leave of each other (`close`). Rank 0 alone learns
 * from the features: what the others give has neither figures nor what was chosen.
 *
 * @throws CliError `OPTION_INVALID`, also for tokens that would not fit into memory; `INPUT_INVALID` for videos without labels, as
 *   `withClasses` and `openModel`; EvaluationError as the protocols; the signal's reason.
 */
export async function probeModel(
  train: OpenedDataset,
  test: OpenedDataset,
  options: ProbeModelOptions,
  signal: AbortSignal = new AbortController().signal,
  collective: Collective = singleProcess(),
): Promise<Probed> {
  const { settings, protocols: named, mteb, ...run } = TABLE.check(options);
  const protocols = typeof named === 'string' ? [named] : named;
  if (mteb && !protocols.includes('few-shot')) {
    throw new CliError('OPTION_INVALID', {
      where: 'probe.mteb',
      expected: 'the protocol few-shot, whose result mteb knows',
      received: protocols.join(', '),
    });
  }
  const tested = train.classes === undefined ? test : withClasses(test, train.classes);
  const [trainSamples, testSamples] = await Promise.all([train, tested].map(samplesById));
  labelKinds(train, [...trainSamples!.values()], [...testSamples!.values()]);
  return withModel(
    run.model,
    async (model, engine) => {
      const { features: folder, batchSize, threads } = run;
      const shared = { folder, model, engine, batchSize, threads, signal, collective };
      const attends = protocols.includes('attentive');
      if (attends) {
        requireRoom(settings.recipe, train.length + test.length, model);
        requireHeads(settings.attentive, model);
      }
      const recipe = recipeOf(model.encoder.config, settings.recipe);
      const testRecipe = recipeOf(model.encoder.config, settings.test);
      const learned = await videoFeatures({ ...shared, dataset: train, recipe, stage: 'train' });
      const shown = await videoFeatures({ ...shared, dataset: tested, recipe: testRecipe, stage: 'test' });
      const kept = attends && {
        train: await keepTokens({ ...shared, dataset: train, recipe, stage: 'tokens of train' }),
        test: await keepTokens({ ...shared, dataset: tested, recipe, stage: 'tokens of test' }),
      };
      const probed = {
        model: model.folder.path,
        train: { data: train.name, videos: learned.count, leftOut: learned.leftOut },
        test: { data: test.name, videos: shown.count, leftOut: shown.leftOut },
      };
      // What is left may block this process for long. Nobody is to wait for it.
      await collective.close();
      if (collective.rank > 0) return { ...probed, figures: {}, chosen: {} };
      const tokens = kept && {
        trainTokens: await readTokenFeatures(kept.train),
        testTokens: await readTokenFeatures(kept.test),
      };
      const work: ProbeWork = {
        engine,
        settings,
        knn: run.knn ?? {},
        seed: run.seed,
        kinds: labelKinds(train, rowsOf(trainSamples!, learned), rowsOf(testSamples!, shown)),
        train: learned,
        test: shown,
        ...tokens,
      };
      const figures: Record<string, Interval> = {};
      const chosen: Record<string, object> = {};
      let few: MtebResult | undefined;
      for (const protocol of protocols) {
        signal.throwIfAborted();
        const result = await runProtocol(protocol, work);
        for (const [kind, outcome] of Object.entries(result.outcomes))
          for (const [figure, interval] of Object.entries(intervals(outcome)))
            figures[nameOf(protocol, kind, figure)] = interval;
        for (const [kind, each] of Object.entries(result.chosen)) chosen[nameOf(protocol, kind)] = each;
        if (mteb && result.fewShot) few = mtebResult({ result: result.fewShot, ...mteb });
      }
      return { ...probed, figures, chosen, ...(few && { mteb: few }) };
    },
    collective,
  );
}

const nameOf = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('/');

const rowsOf = (samples: ReadonlyMap<string, VideoSample>, { ids }: VideoFeatures) =>
  ids.map((id) => samples.get(id)!);

/** Each head of an attention has an equal part of a token's width. @throws CliError `OPTION_INVALID` */
function requireHeads({ attentionHeads }: ProbingSettings['attentive'], { encoder }: OpenedModel): void {
  const width = encoder.config.hiddenSize;
  if (attentionHeads === undefined || width % attentionHeads === 0) return;
  throw new CliError('OPTION_INVALID', {
    where: 'probe.attentive.attentionHeads',
    expected: `a divisor of ${width}, the width of a token`,
    received: `${attentionHeads}`,
    advice: 'Give it by --attentive.attention-heads.',
  });
}

/** Tokens of all videos lie in memory at once: half of it is theirs at most. */
function requireRoom(
  { clips, crops }: ProbingSettings['recipe'],
  videos: number,
  { encoder }: OpenedModel,
): void {
  const others = 'Leave it out: --protocols linear --protocols lbfgs --protocols knn';
  if (clips * crops !== 1) {
    throw new CliError('OPTION_INVALID', {
      where: 'probe.recipe',
      expected: 'one view of a video, whose tokens the attentive probe learns from',
      received: `${clips} x ${crops}`,
      advice: `--recipe.clips 1 --recipe.crops 1. ${others}`,
    });
  }
  const { slices, rows, columns } = encoder.grid;
  const bytes = 4 * videos * slices * rows * columns * encoder.config.hiddenSize;
  if (bytes <= totalmem() / 2) return;
  const gib = (count: number): string => `${(count / 2 ** 30).toFixed(1)} GiB`;
  throw new CliError('OPTION_INVALID', {
    where: 'probe.protocols, attentive',
    expected: `tokens that take at most half of the memory, ${gib(totalmem() / 2)}`,
    received: `${gib(bytes)} of ${videos} videos`,
    advice: others,
  });
}
