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

/** The options of a training of 40 steps, AdamW at a constant rate, but for what is learned of what. */
export const shortTraining = ({ engine, model, signal }: World) => ({
  ...{ engine, model, signal },
  optimizer: adamW(),
  schedule: constantSchedule({ base: RATE }),
  batchSize: BATCH,
  steps: STEPS,
  seed: 0,
});

/** The same on the world's clips, where other options are not told. */
export const shortOptions = (world: World, options: ShortRunOptions): PretrainOptions<Cues> => ({
  ...shortTraining(world),
  examples: shuffled(memory(world.clips)),
  ...options,
});

/** Two clips again and again: what takes thousands of steps in general, such as normalised pixels, is learned by heart soon. */
export const byHeart = { batchSize: 2, steps: 80 };
export const fewClips = ({ clips }: World) => clips.slice(0, byHeart.batchSize);

/** Pre-trains for some steps. */
export const shortRun = (world: World, options: ShortRunOptions): Promise<ShortRun> =>
  stepsOf(pretrain(shortOptions(world, options)));

/**
 * Follows a training to its end.
 *
 * @param keep is given what it ended with, whose tensors are disposed afterwards.
 */
export async function stepsOf(
  events: AsyncIterable<TrainEvent>,
  keep?: (params: Params, buffers: Params) => void | Promise<void>,
): Promise<ShortRun> {
  const steps: StepEvent[] = [];
  const write = (event: TrainEvent): void => {
    if (event.type === 'step') steps.push(event);
  };
  const { params, buffers } = await follow(events, [{ write, async close() {} }]);
  await keep?.(params, buffers);
  tf.dispose([params, buffers] as unknown as tf.TensorContainer);
  return { steps };
}

/** Means of a number of each step over the first steps and over the last. */
export function meansAtEnds({ steps }: ShortRun, read: (step: StepEvent) => number, count = END) {
  const mean = (part: readonly StepEvent[]): number =>
    part.reduce((sum, step) => sum + read(step), 0) / part.length;
  return { first: mean(steps.slice(0, count)), last: mean(steps.slice(-count)) };
}

/** The same of a term, and of its baseline over the last steps. */
export const ends = (run: ShortRun, term: string, count = END) => ({
  ...meansAtEnds(run, ({ terms }) => terms[term]!, count),
  baseline: meansAtEnds(run, ({ figures }) => figures[`${term} baseline`] ?? Number.NaN, count).last,
});

/** The figure of a term that falls below what a model has that knows nothing of the clips. */
export function belowBaseline(run: ShortRun, term: string): string {
  const { first, last, baseline } = ends(run, term);
  return figure(
    `${term} ${number(first)} to ${number(last)}, knowing nothing ${number(baseline)}`,
    last < first && last < baseline,
    'a loss that falls below its baseline',
  );
}

const number = (value: number): string => value.toPrecision(3);
