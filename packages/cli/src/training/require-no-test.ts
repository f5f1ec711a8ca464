import { savedConfig } from '../config/saved-config.js';
import { CliError } from '../program/errors.js';

/**
 * That no run of a folder is tested: without its validation videos it would end untested, and forget them.
 *
 * @throws CliError `INPUT_INVALID`
 */
export async function requireNoTest(folder: string): Promise<void> {
  const { validation } = await savedConfig(folder);
  if (validation === undefined) return;
  throw new CliError('INPUT_INVALID', {
    where: folder,
    expected: `the videos that this run is tested on, --validation.source ${validation.source}`,
    received: 'none',
    advice: `tgm resume ${folder} goes on with all that it began with.`,
  });
}
