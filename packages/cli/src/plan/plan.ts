import { checkSettings, readsText } from '../presets/check-settings.js';
import { DATA_SETS } from '../presets/data-sets.js';
import type { Settings } from '../presets/settings.js';
import { TGM_TEXT } from '../presets/text-settings.js';
import { type Advice, advise } from './advise.js';
import type { Machine } from './machines.js';
import { type Memory, memory } from './memory.js';
import { type Operations, operations } from './operations.js';
import { parameterCount } from './parameter-count.js';
import { PLAN_OPTIONS, type PlanOptions } from './plan-options.js';
import { type RunLength, runLength } from './run-length.js';
import { type SharedStep, sharedStep } from './shared-step.js';
import { type StoreSettings, type Stores, stores } from './stores.js';
import { type TokenCounts, tokenCounts } from './token-counts.js';

/** How long a run takes; `days` and the like are absent without a machine and without a measured rate. */
export interface PlannedTime extends Omit<RunLength, 'accumulate' | 'batch'> {
  /** Clips that all devices train in a second; of a probe, whose features they compute. */
  readonly clipsPerSecond?: number;
  readonly secondsPerStep?: number;
  /** What a step is made of; where `network` or `loads` is given. */
  readonly parts?: SharedStep;
  readonly days?: number;
  /** Days of filling the store of scores at the machine's rate; where a masking reads text. */
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
  /** Bytes of one checkpoint: parameters for other programs, and the state of the training. */
  readonly checkpoint: number;
  readonly time: PlannedTime;
  readonly machine?: Machine;
  /** Whether the memory is enough; absent without a machine. */
  readonly fits?: boolean;
  /** What to change where it is not, the cheapest first; empty where it is. */
  readonly advice: readonly Advice[];
}

/** Most videos' aspect; for shards with a short side of 256 an assumption. */
const STORE = { aspect: 4 / 3, megabits: 1 };
/** Parameters, and in the state parameters and two moments again, in single precision. */
const CHECKPOINT_BYTES = 16;
const DAY = 24 * 3600;

/**
 * What a configuration takes, by arithmetic alone: tokens, parameters, operations, memory, sizes on disk, steps and days, and what to
 * change where it does not fit. Nothing is trained.
 *
 * Clips of a step are shared by the devices; `batch` is what one of them computes at a time.
 *
 * @throws CliError `OPTION_INVALID`, also for settings whose parts are no whole clips.
 */
export function plan(options: PlanOptions): Plan {
  const checked = PLAN_OPTIONS.check(options);
  const { recompute, machine, devices, network, loads } = checked;
  const settings = checkSettings(checked.settings);
  const { model, stage, data } = settings;
  const set = DATA_SETS[data];
  const videos = checked.videos ?? set.trainingVideos;
  const text = (stage === 'pretraining' && settings.text) || TGM_TEXT;
  const { accumulate, batch, ...length } = runLength(settings, videos, devices);
  const tokens = tokenCounts(settings);
  const parameters = parameterCount(settings, text);
  const ops = operations({
    model,
    tokens,
    classes: stage === 'finetuning' ? sumOf(set.classes) : 0,
    batch,
    recompute,
    comparedTokens: accumulate > 1 ? comparedBy(settings, tokens) : 0,
  });

  const clips = length.clipsPerStep / devices;
  const need = (change: { readonly recompute: boolean; readonly accumulate: number }): Memory =>
    memory({
      trains: stage !== 'probing',
      ratesByLayer: stage === 'finetuning',
      model,
      tokens,
      parameters,
      ...change,
      batch: clips / change.accumulate,
    });
  const needed = need({ recompute, accumulate });
  const fits = machine && needed.total <= machine.memory;

  const store = { ...text, ...STORE, ...told(checked.store) };
  const stored = storesOf(settings, stores({ ...set, count: videos }, store));
  // Products a second on one device.
  const pace = machine && (machine.teraflops * 1e12 * machine.efficiency) / 2;
  const ofClip = stage === 'probing' ? ops.forward.total : ops.step;
  const rate = checked.clipsPerSecond ?? (pace && pace / ofClip);
  // What is not given costs nothing.
  const shared = { devices, clips, parameters, processor: machine && machine.processor === true };
  const reckoned = stage !== 'probing' && (network !== undefined || loads !== undefined);
  const parts =
    rate && reckoned ? sharedStep({ ...shared, compute: clips / rate, network, loads }) : undefined;
  return {
    stage,
    data,
    videos,
    batch,
    accumulate,
    recompute,
    tokens,
    parameters,
    operations: ops,
    memory: needed,
    stores: stored,
    checkpoint: stage === 'probing' ? 0 : CHECKPOINT_BYTES * parameters,
    time: {
      ...length,
      ...(rate && timed(length, parts ? length.clipsPerStep / parts.total : rate * devices)),
      ...(parts && { parts }),
      ...(pace && stored.scoring > 0 && { scoringDays: stored.scoring / (pace * devices) / DAY }),
    },
    ...(machine && { machine, fits: fits! }),
    advice: machine && !fits ? advise({ need, recompute, accumulate, clips, machine }) : [],
  };
}

function timed({ steps, clipsPerStep }: Pick<RunLength, 'steps' | 'clipsPerStep'>, clipsPerSecond: number) {
  const secondsPerStep = clipsPerStep / clipsPerSecond;
  return { clipsPerSecond, secondsPerStep, days: (steps * secondsPerStep) / DAY };
}

/** Tokens of the view that the contrastive term reads. */
function comparedBy(settings: Settings, { visible, furtherViews }: TokenCounts): number {
  if (settings.stage !== 'pretraining' || !settings.contrast) return 0;
  return settings.contrast.view ? furtherViews[0]! : visible;
}

/** Without scores and captions where nothing reads them. */
function storesOf(settings: Settings, all: Stores): Stores {
  const scores = settings.stage === 'pretraining' && readsText(settings);
  const captions = scores || (settings.stage === 'pretraining' && settings.contrast);
  return {
    ...all,
    ...(!scores && { scores: 0, scoredFrames: 0, scoring: 0 }),
    ...(!captions && { captions: 0 }),
  };
}

const sumOf = (classes: number | Readonly<Record<string, number>>): number =>
  typeof classes === 'number' ? classes : Object.values(classes).reduce((sum, each) => sum + each, 0);

/** The options that were given. */
const told = (store: Partial<Record<keyof StoreSettings, unknown>> = {}): Partial<StoreSettings> =>
  Object.fromEntries(Object.entries(store).filter(([, value]) => value !== undefined));
