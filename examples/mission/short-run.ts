import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import {
  adamW,
  constantSchedule,
  follow,
  type PretrainOptions,
  pretrain,
  type StepEvent,
  shuffled,
  type TrainEvent,
} from '@tgm/train';
import { figure } from './figure.js';
import type { World } from './world.js';
import { type Cues, memory } from './world-clips.js';

const BATCH = 8;
const STEPS = 40;
const RATE = 3e-3;

/** Steps at either end whose mean is told. */
const END = 5;

/** A training of some seconds. */
export interface ShortRun {
  readonly steps: readonly StepEvent[];
}

export type ShortRunOptions = Pick<PretrainOptions<Cues>, 'losses'> & Partial<PretrainOptions<Cues>>;

/** The options of a training of 40 steps on the world's clips, AdamW at a constant rate, where none are told. */
export const shortOptions = (world: World, options: ShortRunOptions): PretrainOptions<Cues> => ({
  engine: world.engine,
  model: world.model,
  examples: shuffled(memory(world.clips)),
  optimizer: adamW(),
  schedule: constantSchedule({ base: RATE }),
  batchSize: BATCH,
  steps: STEPS,
  seed: 0,
  signal: world.signal,
  ...options,
});

/** Pre-trains for some steps. */
export const shortRun = (world: World, options: ShortRunOptions): Promise<ShortRun> =>
  stepsOf(pretrain(shortOptions(world, options)));

/**
 * Follows a training to its end.
 *
 * @param keep is given what it ended with, which is disposed afterwards.
 */
export async function stepsOf(
  events: AsyncIterable<TrainEvent>,
  keep?: (params: Params) => Promise<void>,
): Promise<ShortRun> {
  const steps: StepEvent[] = [];
  const write = (event: TrainEvent): void => {
    if (event.type === 'step') steps.push(event);
  };
  const { params, buffers } = await follow(events, [{ write, async close() {} }]);
  await keep?.(params);
  tf.dispose([params, buffers] as unknown as tf.TensorContainer);
  return { steps };
}

/** Means of a term over the first and the last steps, and of its baseline over the last. */
export function ends({ steps }: ShortRun, term: string) {
  const mean = (part: readonly StepEvent[], read: (step: StepEvent) => number): number =>
    part.reduce((sum, step) => sum + read(step), 0) / part.length;
  const last = steps.slice(-END);
  return {
    first: mean(steps.slice(0, END), ({ terms }) => terms[term]!),
    last: mean(last, ({ terms }) => terms[term]!),
    baseline: mean(last, ({ figures }) => figures[`${term} baseline`] ?? Number.NaN),
  };
}

/** The figure of a term that falls below what a model has that knows nothing of the clips. */
export function belowBaseline(run: ShortRun, term: string): string {
  const { first, last, baseline } = ends(run, term);
  return figure(
    `${term} ${number(first)} to ${number(last)}, knowing nothing ${number(baseline)}`,
    last < first && last < baseline,
    'a loss that falls below its baseline',
  );
}

/** The figure of a term that falls by a share of itself at least. */
export function falls(run: ShortRun, term: string, share: number): string {
  const { first, last } = ends(run, term);
  return figure(
    `${term} ${number(first)} to ${number(last)} in ${run.steps.length} steps`,
    last < (1 - share) * first,
    `a loss that falls by ${100 * share} %`,
  );
}

const number = (value: number): string => value.toPrecision(3);
