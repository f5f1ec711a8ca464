import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { progress, say } from '@tgm/cli/program';
import { type ArmThreads, armThreads } from './arm-threads.js';
import { type Arm, leakKey } from './arms.js';
import { type PreparedData, prepareData } from './data.js';
import { UNTRAINED } from './evaluate.js';
import { armTraining, pretrainAll } from './pretrain-all.js';
import type { RunFolder } from './run-folder.js';
import type { Encoder, Numbers } from './scorer.js';
import { type Stages, stages } from './stages.js';

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
  const scores = await readKept<Numbers>(run, 'scores.json');
  const missing = arms.filter(({ name }) => !(name in scores));
  const baselines = BASELINES.filter((name) => !(name in scores));
  say(`\nseed ${run.command.seed}: ${missing.length} of ${arms.length} arms to train and measure`);
  if (missing.length === 0 && baselines.length === 0) return scores;

  const timed = stages();
  const data = await prepareData(run, timed, signal, { controls: true });
  const runs = missing.length + baselines.length;
  const threads = armThreads({ run: run.path, data, steps, runs, signal });
  try {
    const masks = await maskNumbers(threads, missing, data, run, timed);
    const results = await timed.run('Pre-train', () =>
      pretrainAll(
        threads,
        missing.map((arm) => armTraining(arm, steps)),
        run,
      ),
    );
    const encoders: Encoder[] = [...baselines, ...results];
    const numbers = await timed.run('Evaluate on unmasked test clips', async () => {
      const shown = progress('probe, k-NN, retrieval', encoders.length, 'encoders');
      const measured = await threads.evaluate(encoders, (done) => shown.update(done));
      shown.end();
      return measured;
    });
    const named = baselines.map((name, at) => [name, numbers[at]!] as const);
    const trained = missing.map(({ name }, at) => {
      const own = numbers[baselines.length + at]!;
      return [name, { ...own, ...masks.get(name) }] as const;
    });
    const all = { ...scores, ...Object.fromEntries([...named, ...trained]) };
    await keep(run, 'scores.json', all);
    return all;
  } finally {
    await threads.close();
  }
}

/**
 * What the masks of each arm do to the named object, and what they tell. Arms that show the contrastive term the same masks share
 * one measurement of the leak; each is kept as soon as it is there.
 */
async function maskNumbers(
  threads: ArmThreads,
  arms: readonly Arm[],
  { test, coverages }: PreparedData,
  run: RunFolder,
  timed: Stages,
): Promise<ReadonlyMap<string, Numbers>> {
  if (!test || arms.length === 0) return new Map();
  const names = arms.map(({ name }) => name);
  const objects = coverages
    ? await timed.run('What the masks do to the named object', () =>
        threads.measure('masks', names, async () => undefined),
      )
    : [];
  const leaks = await readKept<Numbers>(run, 'leaks.json');
  const left = new Map(arms.filter((arm) => !(leakKey(arm) in leaks)).map((arm) => [leakKey(arm), arm.name]));
  await timed.run('What the masks tell of the captions: contrast on grey clips', async () => {
    const shown = progress('train on grey clips', left.size, 'kinds of masks');
    const keys = new Map([...left].map(([key, name]) => [name, key]));
    await threads.measure('leak', [...keys.keys()], async (done, name, numbers) => {
      leaks[keys.get(name)!] = numbers;
      await keep(run, 'leaks.json', leaks);
      shown.update(done, `${name}: ${numbers['leak/bits']!.toFixed(2)} bits`);
    });
    shown.end();
  });
  return new Map(arms.map((arm, at) => [arm.name, { ...leaks[leakKey(arm)]!, ...objects[at] }]));
}

/** What a run kept under a name; nothing where it kept nothing. */
async function readKept<Value>(run: RunFolder, name: string): Promise<Record<string, Value>> {
  const path = join(run.path, name);
  return existsSync(path) ? JSON.parse(await readFile(path, 'utf8')) : {};
}

async function keep(run: RunFolder, name: string, content: object): Promise<void> {
  const path = join(run.path, name);
  await writeFile(`${path}.part`, `${JSON.stringify(content, null, 2)}\n`);
  await rename(`${path}.part`, path);
}
