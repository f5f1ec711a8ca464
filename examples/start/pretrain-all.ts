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
  const shown = progress('pre-train', arms.length * steps, 'steps');
  const latest = new Map<Arm['name'], { step: number; text: string }>();
  let logged = Promise.resolve();
  const longestFirst = [...arms].sort((a, b) => passes(b) - passes(a));
  const results = await threads.pretrain(
    longestFirst.map(({ name }) => name),
    async (arm, { type, ...fields }) => {
      logged = logged.then(() => run.log(type, { arm, ...fields }));
      const { step, terms, baseline } = fields;
      const values = Object.entries(terms).map(([name, value]) => `${name} ${value.toFixed(3)}`);
      latest.set(arm, { step, text: `${arm} ${step}: ${values.join(', ')}` });
      const done = [...latest.values()].reduce((sum, entry) => sum + entry.step, 0);
      const running = [...latest.values()].filter((entry) => entry.step < steps);
      shown.update(
        done,
        `${running.map(({ text }) => text).join('; ')} (predict the mean: ${baseline.toFixed(2)})`,
      );
      await logged;
    },
  );
  await logged;
  shown.end();
  return arms.map((arm) => results[longestFirst.indexOf(arm)]!);
}
