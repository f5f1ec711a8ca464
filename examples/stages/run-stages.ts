import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { say } from '@tgm/cli/program';
import { ProgramError } from '../program/errors.js';
import { CLASSES, HEIGHT, LENGTH, WIDTH } from './kinetics-folder.js';
import { type Done, megabytes, type Tgm, tgmIn } from './tgm-commands.js';

export interface StagesOptions {
  /** Holds `k400/`, the configurations and the captioner. */
  readonly folder: string;
  readonly train: number;
  readonly validate: number;
  readonly signal: AbortSignal;
}

/** What the videos are when they are decoded, over what any command may hold. */
const FOLD = 4;

/** Runs each stage and looks at what it tells. @throws ProgramError `FIGURE_WRONG` */
export async function runStages({ folder, train, validate, signal }: StagesOptions): Promise<void> {
  const tgm = tgmIn(folder, signal);
  const published = ['--config', 'k400.config.ts'];

  const facts = await tgm.run('data', 'k400/train.csv', '--videos', 'k400/train', '--layout', 'by-class');
  expectSame('samples', facts.samples, train);
  expectSame('missing files', facts.missing.count, 0);
  expectSame('classes', Object.keys(facts.labels.label.samples).sort(), CLASSES);

  const captioned = await tgm.run('caption', ...published);
  expectSame('described videos', [captioned.described, captioned.refused.length], [train, 0]);
  const again = await tgm.run('caption', ...published);
  expectSame('videos that were known before', again.known, train);
  const told = await tgm.run('data', ...published);
  expectSame('videos without a caption', told.captions.without.count, 0);

  const scores = await tgm.run('score', ...published);
  expectSame('scored videos', [scores.videos, scores.leftOut.length, scores.isWhole], [train, 0, true]);

  const shards = await tgm.run('shards', ...published);
  expectSame('samples in shards', shards.samples, train);

  const sharded = ['--config', 'shards.config.ts'];
  const run = join(folder, 'run');
  await tgm.killWhen(() => hasCheckpoint(run), 'pretrain', ...sharded);
  const pretrained = await tgm.run('resume', 'run');
  expectSame('steps', [pretrained.reason, pretrained.step], ['completed', pretrained.steps]);
  const [first, second] = await beginnings(run);
  expectThat('it began at step 0, and went on from a checkpoint', first === 0 && second! > 0, second);
  const { terms, figures } = pretrained;
  const guessed = figures['contrastive baseline'];
  expectThat(`contrast is below ${guessed}`, terms.contrastive < guessed, terms.contrastive);

  const tuned = await tgm.run('finetune', ...published);
  expectSame('tested videos', tuned.test.videos, validate);
  const { top1 } = tuned.test.figures;
  expectThat(`fine-tuning is above chance, ${CHANCE.toFixed(1)} %`, top1.from > CHANCE, top1.value);

  const probed = await tgm.run('probe', ...published);
  const best = probed.figures['lbfgs/top1'];
  expectThat(`the probe is above chance, ${CHANCE.toFixed(1)} %`, best.from > CHANCE, best.value);

  await retrieves(tgm);
  await watches(tgm);

  tellMemory(tgm.done, train + validate);
}

/** Per cent. */
const CHANCE = 100 / CLASSES.length;

/** Asks for each colour, and looks at the first videos of each answer. */
async function retrieves(tgm: Tgm): Promise<void> {
  const videos = ['--source', 'k400/validate.csv', '--videos', 'k400/validate', '--layout', 'by-class'];
  const count = 5;
  const found = await tgm.run(
    'retrieve',
    ...CLASSES.map((colour) => `something ${colour}`),
    ...['--model', 'run', '--count', String(count), ...videos],
  );
  const right = CLASSES.map((colour, at) => {
    const { videos } = found.answers[at];
    return videos.filter(({ source }: { source: string }) => source.includes(`/${colour}/`)).length;
  });
  const share = (100 * right.reduce((sum, each) => sum + each, 0)) / (count * CLASSES.length);
  expectThat(`videos of the colour that is asked for are above chance`, share > 2 * CHANCE, share);
}

/** The page of the run, as a browser gets it. */
async function watches(tgm: Tgm): Promise<void> {
  const page = await tgm.during(
    async ({ url }) => (await fetch(url)).text(),
    ...['watch', 'run', '--port', '0'],
  );
  expectThat(
    'the page tells the end of the run',
    page.includes('The run has ended (completed)'),
    page.length,
  );
}

/** Whether a run has written a whole checkpoint. */
async function hasCheckpoint(run: string): Promise<boolean> {
  const names = await readdir(run).catch(() => []);
  return names.some((name) => /^step-\d+$/.test(name));
}

/** The steps at which a run began, and began again. */
async function beginnings(run: string): Promise<number[]> {
  const lines = (await readFile(join(run, 'events.jsonl'), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line)).flatMap(({ type, step }) => (type === 'begin' ? [step] : []));
}

function expectThat(what: string, holds: boolean, found: unknown): void {
  if (!holds)
    throw new ProgramError('FIGURE_WRONG', {
      where: 'stages',
      expected: what,
      received: JSON.stringify(found) ?? 'nothing',
    });
  say(`  ${what}: ${JSON.stringify(found)}`);
}

function expectSame(what: string, found: unknown, expected: unknown): void {
  const [one, other] = [found, expected].map((value) => JSON.stringify(value));
  if (one !== other)
    throw new ProgramError('FIGURE_WRONG', { where: what, expected: other!, received: one! });
  say(`  ${what}: ${one}`);
}

/** @throws ProgramError `FIGURE_WRONG` where a command held more than its share of the videos. */
function tellMemory(done: readonly Done[], videos: number): void {
  const decoded = videos * LENGTH * HEIGHT * WIDTH * 3;
  const most = Math.max(...done.map(({ peakBytes }) => peakBytes ?? 0));
  const lines = done.map(({ command, seconds, peakBytes }) => {
    const peak = peakBytes === undefined ? '' : megabytes(peakBytes);
    return `  ${command.padEnd(16)} ${seconds.toFixed(1).padStart(6)} s ${peak.padStart(9)}`;
  });
  say(`\n${lines.join('\n')}`);
  say(`\n${megabytes(decoded)} of decoded videos, ${(decoded / most).toFixed(1)} times the largest peak.`);
  if (decoded >= FOLD * most) return;
  throw new ProgramError('FIGURE_WRONG', {
    where: 'peak memory',
    expected: `at most ${megabytes(decoded / FOLD)} in each command`,
    received: megabytes(most),
  });
}
