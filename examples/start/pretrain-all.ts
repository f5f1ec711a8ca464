import { progress } from '@tgm/cli/program';
import type { Job } from './arm-messages.js';
import { stepsOf } from './arm-steps.js';
import type { ArmThreads } from './arm-threads.js';
import { type Arm, passes } from './arms.js';
import type { ArmResult } from './pretrain-arm.js';
import { TILED_RUN } from './pretrain-tiled.js';
import type { RunFolder } from './run-folder.js';

/** A run to train. */
export interface Training {
  readonly name: string;
  readonly job: Job;
  readonly steps: number;
  /** How long it takes beside the others: those with more begin first. */
  readonly passes: number;
}

export const armTraining = (arm: Arm, steps: number): Training => ({
  name: arm.name,
  job: { kind: 'pretrain', arm: arm.name },
  steps,
  passes: passes(arm),
});

/** Many small steps, which take about as long as one pass of the arms does. */
export const tiledRunTraining = (steps: number): Training => ({
  name: TILED_RUN.name,
  job: { kind: 'tiled', steps },
  steps,
  passes: 1,
});

/** Trains runs side by side, the longest first. Each logs in a folder of its own. */
export async function pretrainAll(
  threads: ArmThreads,
  trainings: readonly Training[],
  run: RunFolder,
): Promise<ArmResult[]> {
  const latest = await stepsBefore(trainings, run);
  const total = trainings.reduce((sum, { steps }) => sum + steps, 0);
  const shown = progress('pre-train', total, 'steps', sumOfSteps(latest));
  const longestFirst = [...trainings].sort((a, b) => b.passes - a.passes);
  const results = await threads.pretrain(
    longestFirst.map(({ job }) => job),
    (name, { step, terms, figures }) => {
      const values = Object.entries(terms).map(([term, value]) => `${term} ${value.toFixed(3)}`);
      const mean = figures['reconstruction baseline'];
      const told = mean === undefined ? '' : ` (predict the mean: ${mean.toFixed(2)})`;
      const ends = step === trainings.find((training) => training.name === name)!.steps;
      latest.set(name, { step, text: ends ? '' : `${name} ${step}: ${values.join(', ')}${told}` });
      const running = [...latest.values()].filter(({ text }) => text !== '');
      shown.update(sumOfSteps(latest), running.map(({ text }) => text).join('; '));
    },
  );
  shown.end();
  return trainings.map((training) => results[longestFirst.indexOf(training)]!);
}

/** The last step of a run, and what is shown of it. */
interface Latest {
  readonly step: number;
  /** Empty for what an earlier run did, and at the end. */
  readonly text: string;
}

/** How far the runs are by their logs, where they are gone on with. */
async function stepsBefore(trainings: readonly Training[], run: RunFolder): Promise<Map<string, Latest>> {
  const names = trainings.map(({ name }) => name);
  const steps = await stepsOf(run, names);
  return new Map(steps.map(({ arm, step }) => [arm, { step, text: '' }]));
}

const sumOfSteps = (latest: ReadonlyMap<string, Latest>): number =>
  [...latest.values()].reduce((sum, { step }) => sum + step, 0);
