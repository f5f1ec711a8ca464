import { join } from 'node:path';
import { descriptionDifferences, showValue } from '@tgm/options';
import { TrainError } from '@tgm/train';
import { parse } from 'jsonc-parser';
import { findConfig } from '../config/find-config.js';
import { RUN_FILES } from './run-folder.js';

/** Options of a run that change none of its numbers. */
const FREE = /^(pretrain|finetune)\.(output|device|threads|saveEvery|keep|stopAfter)$/;

/**
 * The refusal of another run's folder in the names of the configuration, `data.source`, where both runs have one; any other error as
 * it is.
 *
 * @param folder of the run. @param configText of the run that was refused.
 */
export async function inNamesOfOptions(
  error: unknown,
  folder: string,
  configText: string | undefined,
): Promise<unknown> {
  if (!(error instanceof TrainError) || error.code !== 'CHECKPOINT_MISMATCH' || !configText) return error;
  const saved = await findConfig(join(folder, RUN_FILES.config), process.cwd()).catch(() => undefined);
  if (saved === undefined) return error;
  const { where, expected, received, advice } = error;
  const all = descriptionDifferences(saved.values, parse(configText));
  const changed = all.filter(({ option }) => !FREE.test(option));
  const shown = (value: unknown): string => (value === undefined ? 'nothing' : showValue(value));
  const told = changed.map(({ option, saved, now }) => `${option}: ${shown(saved)}, now ${shown(now)}`);
  if (told.length > 0)
    return new TrainError('CHECKPOINT_MISMATCH', {
      where,
      expected,
      received: `others: ${told.join('; ')}`,
      ...(advice && { advice }),
    });
  return new TrainError('CHECKPOINT_MISMATCH', {
    where,
    expected,
    received,
    advice:
      'All options are the same: the files that they name have changed, such as those of data.source. Bring those back, or begin a run in another folder.',
  });
}
