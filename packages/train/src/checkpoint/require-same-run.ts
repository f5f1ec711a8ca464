import { type DescriptionDifference, descriptionDifferences } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { Schedule } from '../schedules/schedule.js';
import { ratesDigest } from './rates-digest.js';
import type { RunDescription, SavedRun } from './saved-run.js';
import { shownValue } from './shown-value.js';

/** A run that is to go on from a checkpoint. */
export interface RunToResume {
  readonly description: RunDescription;
  readonly schedule: Schedule;
  readonly steps: number;
}

/**
 * That a run may go on from a checkpoint: it has the options of the run that wrote it. It may be longer, where its schedule
 * gives the rates of the steps done.
 *
 * @param path of the checkpoint.
 * @throws TrainError with `CHECKPOINT_MISMATCH` that names every option which differs.
 */
export function requireSameRun(
  path: string,
  saved: SavedRun,
  { description, schedule, steps }: RunToResume,
): void {
  const planned = saved.description.run.steps;
  const refused = (expected: string, received: string, advice?: string) =>
    new TrainError('CHECKPOINT_MISMATCH', { where: path, expected, received, ...(advice && { advice }) });
  const all = descriptionDifferences(saved.description, description);
  // Where more than the length differs, the length may come of it: fewer videos make fewer steps.
  if (saved.step > steps && all.every(({ option }) => OF_LENGTH.test(option)))
    throw refused(
      `a run of at least the ${saved.step} steps that are done`,
      `step ${saved.step} of ${steps}`,
    );
  const longer = typeof planned === 'number' && steps > planned;
  const keepsRates = longer && ratesDigest(schedule, saved.step) === saved.rates;
  const left = keepsRates ? all.filter(({ option }) => !OF_LENGTH.test(option)) : all;
  if (left.length === 0) return;
  const otherwiseSame = longer && left.every(({ option }) => OF_LENGTH.test(option));
  throw refused(
    'a run with the options that it was saved with',
    `others: ${left.map(shown).join('; ')}`,
    otherwiseSame ? BEGIN_FROM_IT : 'Take those options, or begin a run in another folder.',
  );
}

/** Options that a longer run may have otherwise. */
const OF_LENGTH = /^(run\.steps$|schedule(\.|$))/;

const BEGIN_FROM_IT =
  'Under this schedule a longer run has other learning rates for the steps done: begin it in another folder, from the ' +
  'parameters of this checkpoint.';

const shown = ({ option, saved, now }: DescriptionDifference): string =>
  `${option}: ${shownValue(saved)}, now ${shownValue(now)}`;
