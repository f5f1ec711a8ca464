import type { ArmThreads } from './arm-threads.js';
import { type Arm, passes } from './arms.js';
import type { ArmResult } from './pretrain-arm.js';
import { progress } from './progress.js';
import type { RunFolder } from './run-folder.js';

/** Pre-trains the arms side by side, the longest first; every step is logged. */
export async function pretrainAll(
  threads: ArmThreads,
  arms: readonly Arm[],
  steps: number,
  run: RunFolder,
): Promise<ArmResult[]> {
  const latest = await stepsBefore(arms, run);
  const shown = progress('pre-train', arms.length * steps, 'steps', sumOfSteps(latest));
  let logged = Promise.resolve();
  let predictTheMean: number | undefined;
  const longestFirst = [...arms].sort((a, b) => passes(b) - passes(a));
  const results = await threads.pretrain(
    longestFirst.map(({ name }) => name),
    async (arm, { type, ...fields }) => {
      logged = logged.then(() => run.log(type, { arm, ...fields }));
      const { step, terms, figures } = fields;
      const values = Object.entries(terms).map(([name, value]) => `${name} ${value.toFixed(3)}`);
      latest.set(arm, { step, text: `${arm} ${step}: ${values.join(', ')}` });
      const running = [...latest.values()].filter((entry) => entry.text !== '' && entry.step < steps);
      const mean = figures['reconstruction baseline'] ?? predictTheMean;
      predictTheMean = mean;
      const told = mean === undefined ? '' : ` (predict the mean: ${mean.toFixed(2)})`;
      shown.update(sumOfSteps(latest), `${running.map(({ text }) => text).join('; ')}${told}`);
      await logged;
    },
  );
  await logged;
  shown.end();
  return arms.map((arm) => results[longestFirst.indexOf(arm)]!);
}

/** The last step of an arm, and what is shown of it. */
interface Latest {
  readonly step: number;
  /** Empty for what an earlier run did. */
  readonly text: string;
}

/** How far the arms are by the log of a run that is gone on with. */
async function stepsBefore(arms: readonly Arm[], run: RunFolder): Promise<Map<Arm['name'], Latest>> {
  const latest = new Map<Arm['name'], Latest>();
  for (const { arm, step } of await run.rows('step')) {
    if (arms.some(({ name }) => name === arm)) latest.set(arm as string, { step: step as number, text: '' });
  }
  return latest;
}

const sumOfSteps = (latest: ReadonlyMap<Arm['name'], Latest>): number =>
  [...latest.values()].reduce((sum, { step }) => sum + step, 0);
