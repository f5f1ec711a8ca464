import { say } from '@tgm/cli/program';
import { ProgramError } from '../program/errors.js';
import { CLASSES, HEIGHT, LENGTH, WIDTH } from './kinetics-folder.js';
import { type Done, megabytes, tgmIn } from './tgm-commands.js';

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
  const prepare = ['--config', 'prepare.config.ts'];

  const facts = await tgm.run('data', 'k400/train.csv', '--videos', 'k400/train', '--layout', 'by-class');
  expectSame('samples', facts.samples, train);
  expectSame('missing files', facts.missing.count, 0);
  expectSame('classes', Object.keys(facts.labels.label.samples).sort(), CLASSES);

  const captioned = await tgm.run('caption', ...prepare);
  expectSame('described videos', [captioned.described, captioned.refused.length], [train, 0]);
  const again = await tgm.run('caption', ...prepare);
  expectSame('videos that were known before', again.known, train);
  const told = await tgm.run('data', ...prepare);
  expectSame('videos without a caption', told.captions.without.count, 0);

  const scores = await tgm.run('score', ...prepare);
  expectSame('scored videos', [scores.videos, scores.leftOut.length, scores.isWhole], [train, 0, true]);

  const shards = await tgm.run('shards', ...prepare);
  expectSame('samples in shards', shards.samples, train);

  tellMemory(tgm.done, train + validate);
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
