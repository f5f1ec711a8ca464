import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { say } from '../program/say.js';
import { armThreads } from './arm-threads.js';
import type { Arm } from './arms.js';
import { prepareData } from './data.js';
import { UNTRAINED } from './evaluate.js';
import { pretrainAll } from './pretrain-all.js';
import { progress } from './progress.js';
import type { RunFolder } from './run-folder.js';
import type { Encoder, Numbers } from './scorer.js';
import { stages } from './stages.js';

/** Measured numbers of one seed, by the name of an arm or of a baseline. */
export type SeedScores = Readonly<Record<string, Numbers>>;

export const BASELINES = ['pixels', UNTRAINED] as const;

/**
 * Trains and measures the arms on one seed's data set, two at a time on two cores. Arms that were measured before are
 * skipped, and an arm whose training was stopped goes on. Rejects with the signal's reason after a stop.
 */
export async function runSeed(
  run: RunFolder,
  arms: readonly Arm[],
  steps: number,
  signal: AbortSignal,
): Promise<SeedScores> {
  const path = join(run.path, 'scores.json');
  const scores: SeedScores = existsSync(path) ? JSON.parse(await readFile(path, 'utf8')) : {};
  const missing = arms.filter(({ name }) => !(name in scores));
  const baselines = BASELINES.filter((name) => !(name in scores));
  say(`\nseed ${run.command.seed}: ${missing.length} of ${arms.length} arms to train and measure`);
  if (missing.length === 0 && baselines.length === 0) return scores;

  const timed = stages();
  const data = await prepareData(run, timed, signal);
  const runs = missing.length + baselines.length;
  const threads = armThreads({ run: run.path, data, steps, runs, signal });
  try {
    const results = await timed.run('Pre-train', () => pretrainAll(threads, missing, steps, run));
    const encoders: Encoder[] = [...baselines, ...results];
    const numbers = await timed.run('Evaluate on unmasked test clips', async () => {
      const shown = progress('probe, k-NN, retrieval', encoders.length, 'encoders');
      const measured = await threads.evaluate(encoders, (done) => shown.update(done));
      shown.end();
      return measured;
    });
    const names = [...baselines, ...missing.map(({ name }) => name)];
    const all = { ...scores, ...Object.fromEntries(names.map((name, i) => [name, numbers[i]!])) };
    await writeFile(`${path}.part`, `${JSON.stringify(all, null, 2)}\n`);
    await rename(`${path}.part`, path);
    return all;
  } finally {
    await threads.close();
  }
}
