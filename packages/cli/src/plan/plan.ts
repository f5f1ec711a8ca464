import { videoMae, videoMaeClassifier, videoMaeEncoder } from '@tgm/models';
import {
  flag,
  nested,
  number,
  objectWith,
  oneOf,
  optional,
  optionTable,
  passing,
  TgmError,
  wholeNumber,
} from '@tgm/options';
import { DATA_SETS } from '../presets/data-sets.js';
import { classifierConfig } from '../presets/finetuning-parts.js';
import { namesOfClasses } from '../presets/names-of-classes.js';
import { stepsPerEpoch } from '../presets/scheduled.js';
import type { Settings } from '../presets/settings.js';
import { type Advice, advise } from './advise.js';
import type { Machine } from './machines.js';
import { type Memory, memory } from './memory.js';
import { type Operations, operations } from './operations.js';
import { type StoreSettings, type Stores, stores, TEACHERS, type TeacherName } from './stores.js';
import { type TokenCounts, tokenCounts } from './token-counts.js';

export interface PlanOptions {
  /** A preset, or a configuration of one's own. */
  readonly settings: Settings;
  /** Whether blocks are computed again for their gradients. Default false. */
  readonly recompute?: boolean;
  /** Videos of the data. Default: those of the published set. */
  readonly videos?: number;
  /** One of `MACHINES`, or `thisMachine(engine)`. Default: none, then no time is told. */
  readonly machine?: Machine;
  /** Devices of that kind that share each step. Default 1. Times are divided by their number: how well they share was not measured. */
  readonly devices?: number;
  /** Clips that one device trains in a second, measured; in place of what the machine's figures come to. */
  readonly clipsPerSecond?: number;
  readonly store?: Partial<StoreSettings>;
}

/** How long a run is and takes. */
export interface PlannedTime {
  readonly stepsPerEpoch: number;
  readonly steps: number;
  readonly clipsPerStep: number;
  /** Clips that all devices train in a second; absent without a machine. */
  readonly clipsPerSecond?: number;
  readonly secondsPerStep?: number;
  readonly days?: number;
  /** Days of filling the store of scores at the machine's rate; where a masking or a term reads text. */
  readonly scoringDays?: number;
}

export interface Plan {
  readonly stage: Settings['stage'];
  readonly data: Settings['data'];
  readonly videos: number;
  /** Clips that one device computes at a time. */
  readonly batch: number;
  readonly accumulate: number;
  readonly recompute: boolean;
  readonly tokens: TokenCounts;
  readonly parameters: number;
  readonly operations: Operations;
  /** Of one device. */
  readonly memory: Memory;
  readonly stores: Stores;
  /** Bytes of one checkpoint: parameters, and the state of the training. */
  readonly checkpoint: number;
  readonly time: PlannedTime;
  readonly machine?: Machine;
  /** Whether the memory is enough; absent without a machine. */
  readonly fits?: boolean;
  /** What to change where it is not, the cheapest first; empty where it is. */
  readonly advice: readonly Advice[];
}

const positive = () => number({ above: 0 });
const count = () => wholeNumber({ from: 1 });

/** TGM's captions, CLIP's smallest tower, frames of 4 to 3, and a megabit a second for shards, which is an assumption. */
const STORE = { teacher: 'clip-b-32', captions: 3, aspect: 4 / 3, megabits: 1 } as const;

const OPTIONS = optionTable(
  'plan',
  {
    settings: objectWith<Settings>('settings of a stage, such as a preset', ['stage', 'data', 'model']),
    recompute: optional(flag(), false),
    videos: optional(count()),
    machine: optional(
      passing(
        'a machine { name, teraflops, efficiency, memory } with positive figures',
        (value): value is Machine =>
          typeof value === 'object' &&
          value !== null &&
          (['teraflops', 'efficiency', 'memory'] as const).every((name) => (value as Machine)[name] > 0),
      ),
    ),
    devices: optional(count(), 1),
    clipsPerSecond: optional(positive()),
    store: optional(
      nested({
        teacher: optional(oneOf(Object.keys(TEACHERS) as TeacherName[]), STORE.teacher),
        captions: optional(count(), STORE.captions),
        frameStep: optional(count()),
        aspect: optional(positive(), STORE.aspect),
        megabits: optional(positive(), STORE.megabits),
      } satisfies Record<keyof StoreSettings, unknown>),
    ),
  } satisfies Record<keyof PlanOptions, unknown>,
  TgmError,
);

/**
 * What a configuration takes, by arithmetic alone: tokens, parameters, operations, memory, sizes on disk, steps and days, and what to
 * change where it does not fit. Nothing is trained.
 *
 * Clips of a step are shared by the devices; `batch` is what one of them computes at a time.
 *
 * @throws TgmError `OPTION_INVALID`, also for settings whose parts are no whole clips.
 */
export function plan(options: PlanOptions): Plan {
  const checked = OPTIONS.check(options);
  const { settings, recompute, machine, devices } = checked;
  const set = DATA_SETS[settings.data];
  const videos = checked.videos ?? set.trainingVideos;
  const tokens = tokenCounts(settings);
  const classes = settings.stage === 'finetuning' ? classCountOf(settings) : 0;
  const { accumulate, clipsPerStep, batch, steps, each } = lengthOf(settings, videos, devices);
  const parameters = parameterCount(settings);
  const { model } = settings;
  const trains = settings.stage !== 'probing';
  const comparedTokens = accumulate > 1 ? comparedBy(settings, tokens) : 0;
  const ops = operations({ model, tokens, classes, batch, recompute, comparedTokens });
  const need = (change: { readonly recompute: boolean; readonly accumulate: number }): Memory =>
    memory({
      trains,
      model,
      tokens,
      parameters,
      ratesByLayer: settings.stage === 'finetuning',
      ...change,
      batch: clipsPerStep / devices / change.accumulate,
    });
  const needed = need({ recompute, accumulate });
  const fits = machine && needed.total <= machine.memory;

  const perStep = trains ? ops.step : ops.forward.total;
  const rate =
    checked.clipsPerSecond ?? (machine && (machine.teraflops * 1e12 * machine.efficiency) / (2 * perStep));
  const clipsPerSecond = rate && rate * devices;
  const given = checked.store ?? STORE;
  const store = { ...given, frameStep: checked.store?.frameStep ?? set.stride };
  const stored = stores({ count: videos, seconds: set.seconds, frameRate: set.frameRate }, store);
  const scores = readsText(settings);
  return {
    stage: settings.stage,
    data: settings.data,
    videos,
    batch,
    accumulate,
    recompute,
    tokens,
    parameters,
    operations: ops,
    memory: needed,
    stores: scores ? stored : { ...stored, scores: 0, captions: 0, scoredFrames: 0, scoring: 0 },
    checkpoint: CHECKPOINT_BYTES * parameters,
    time: {
      stepsPerEpoch: each,
      steps,
      clipsPerStep,
      ...(clipsPerSecond && {
        clipsPerSecond,
        secondsPerStep: clipsPerStep / clipsPerSecond,
        days: (steps * clipsPerStep) / clipsPerSecond / DAY,
      }),
      ...(machine &&
        scores && {
          scoringDays: (2 * stored.scoring) / (machine.teraflops * 1e12 * machine.efficiency * devices) / DAY,
        }),
    },
    ...(machine && { machine, fits: fits! }),
    advice:
      machine && !fits ? advise({ need, recompute, accumulate, clips: clipsPerStep / devices, machine }) : [],
  };
}

const DAY = 24 * 3600;
/** Parameters for other programs, parameters and two moments of the state, single precision. */
const CHECKPOINT_BYTES = 16;

/** Tokens of the view that the contrastive term reads. */
function comparedBy(settings: Settings, { visible, furtherViews }: TokenCounts): number {
  if (settings.stage !== 'pretraining' || !settings.contrast) return 0;
  return settings.contrast.view ? furtherViews[0]! : visible;
}

const readsText = (settings: Settings): boolean =>
  settings.stage === 'pretraining' &&
  [settings.masking, settings.decoderMasking].some((masking) => masking?.strategy === 'text');

function classCountOf({ data }: Settings): number {
  const { classes } = DATA_SETS[data];
  return typeof classes === 'number' ? classes : Object.values(classes).reduce((sum, each) => sum + each, 0);
}

/** Steps and clips of a run. A probe goes once through its data, a clip at a time, to extract features. */
function lengthOf(settings: Settings, videos: number, devices: number) {
  if (settings.stage === 'probing')
    return {
      accumulate: 1,
      clipsPerStep: devices,
      batch: 1,
      steps: Math.ceil(videos / devices),
      each: videos,
    };
  const { length, recipe } = settings;
  const { videosPerStep, accumulate, epochs } = length;
  const clipsPerStep = videosPerStep * recipe.clips;
  const batch = clipsPerStep / devices / accumulate;
  if (!Number.isInteger(batch)) {
    throw new TgmError('OPTION_INVALID', {
      where: 'plan, option settings.length',
      expected: `videosPerStep * clips, a multiple of accumulate times the devices, ${accumulate} * ${devices}`,
      received: `${clipsPerStep}`,
    });
  }
  const each = stepsPerEpoch(length, videos);
  return { accumulate, clipsPerStep, batch, steps: epochs * each, each };
}

/** Those of the real model's list, and the projection of the contrastive term. */
function parameterCount(settings: Settings): number {
  const listed = modelOf(settings).parameters.map(({ shape }) =>
    shape.reduce((product, side) => product * side, 1),
  );
  const contrast = settings.stage === 'pretraining' && settings.contrast;
  const ofContrast = contrast ? settings.model.hiddenSize * TEACHERS[STORE.teacher].projectionDim + 1 : 0;
  return listed.reduce((sum, each) => sum + each, 0) + ofContrast;
}

function modelOf(settings: Settings) {
  if (settings.stage === 'pretraining') return videoMae(settings.model);
  if (settings.stage === 'probing') return videoMaeEncoder(settings.model);
  return videoMaeClassifier(classifierConfig(settings, namesOfClasses(DATA_SETS[settings.data].classes)));
}
