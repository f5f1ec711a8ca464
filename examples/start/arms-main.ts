/**
 * `npm run arms`: reconstruction and contrast together, and the ways out of what a text mask tells the contrastive term.
 *
 *   npm run arms -- --seeds 0,1,2
 *
 * On the data set of each seed it measures what the masks of each arm of arms.ts tell of the captions and do to the named object,
 * trains the arms and measures them. Prints tables with the differences between arms over the seeds, and writes arms.json and
 * arms.md. What is finished is skipped.
 */
import { rename, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { readCommandLine, runProgram, Stopped, say } from '@tgm/cli/program';
import { flag, number, optional, passing, text, wholeNumber } from '@tgm/options';
import { ProgramError } from '../program/errors.js';
import { stepsOf } from './arm-steps.js';
import { type ArmTable, armTable, type SeedFigures } from './arm-table.js';
import { armTableText } from './arm-table-text.js';
import { type Arm, arms } from './arms.js';
import { removeUnbegun, runIn } from './run-folder.js';
import { runSeed } from './seed-run.js';
import { QUICK_STEPS, TRAINING } from './settings.js';

const ROOT = resolve(import.meta.dirname, '../..');

const USAGE = `npm run arms -- --seeds 0,1,2

  --seeds <n,n,…>  data sets, first weights and masks; default 0
  --arms <a,a,…>   default all: ${arms(0)
    .map(({ name }) => name)
    .join(',')}
  --steps <n>      pre-training steps of each run
  --ratio <r>      share of the tokens that is masked, in [0, 1); default 0.75
  --out <folder>   default runs/arms in the repository; what it holds is gone on with
  --data <folder>  where Moving Shapes is made; default data/ in the repository
  --quick          a tenth of the data and a few steps, to see that everything works
  --help`;

const seedList = passing(
  'whole numbers with commas between, each once, such as 0,1,2',
  (value): value is string =>
    typeof value === 'string' &&
    /^\d{1,9}(,\d{1,9})*$/.test(value) &&
    new Set(value.split(',')).size === value.split(',').length,
);

await runProgram(async (signal) => {
  const options = readCommandLine(
    {
      program: 'npm run arms',
      fields: {
        seeds: optional(seedList, '0'),
        arms: optional(text()),
        steps: optional(wholeNumber({ from: 1 })),
        ratio: optional(number({ from: 0, below: 1 }), 0.75),
        out: optional(text(), join(ROOT, 'runs/arms')),
        data: optional(text(), join(ROOT, 'data')),
        quick: optional(flag(), false),
      },
    },
    process.argv.slice(2),
  );
  if (options === undefined) return say(USAGE);
  const { ratio, quick } = options;
  const wanted = chosenArms(arms(ratio), options.arms);
  const steps = options.steps ?? (quick ? QUICK_STEPS : TRAINING.steps);
  const out = resolve(options.out);
  const seeds: SeedFigures[] = [];
  const names = arms(ratio).map(({ name }) => name);
  try {
    for (const seed of options.seeds.split(',').map(Number)) {
      const command = { seed, ratio, quick, steps, data: resolve(options.data), out };
      const run = await runIn(join(out, `seed-${seed}`), command);
      const scores = await runSeed(run, wanted, steps, signal).catch(async (error: unknown) => {
        if (!(error instanceof Stopped)) await removeUnbegun(run);
        throw error;
      });
      seeds.push({
        seed,
        scores,
        steps: await stepsOf(run, names),
      });
    }
  } catch (error) {
    if (error instanceof Stopped) say('\nStopped. The same command goes on.');
    throw error;
  }
  const table = armTable(arms(ratio), seeds);
  const markdown = armTableText(table);
  await writeTable(out, table, markdown);
  say(`\n${markdown}`);
  say(`written: ${relative(process.cwd(), join(out, 'arms.md'))} and arms.json`);
});

function chosenArms(all: readonly Arm[], list: string | undefined): readonly Arm[] {
  const names = list?.split(',') ?? all.map(({ name }) => name);
  const unknown = names.filter((name) => !all.some((arm) => arm.name === name));
  if (unknown.length > 0) {
    throw new ProgramError('OPTION_INVALID', {
      where: 'npm run arms, option arms',
      expected: `some of ${all.map(({ name }) => name).join(',')}`,
      received: unknown.join(','),
    });
  }
  return all.filter(({ name }) => names.includes(name));
}

async function writeTable(folder: string, table: ArmTable, markdown: string): Promise<void> {
  for (const [name, content] of [
    ['arms.json', `${JSON.stringify(table, null, 2)}\n`],
    ['arms.md', `${markdown}\n`],
  ] as const) {
    await writeFile(join(folder, `${name}.part`), content);
    await rename(join(folder, `${name}.part`), join(folder, name));
  }
}
