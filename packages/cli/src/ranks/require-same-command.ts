import { type Collective, gatherJson } from '@tgm/train';
import { CliError } from '../program/errors.js';

/** What processes have to be asked for alike. */
export interface Asked {
  readonly command: string;
  /** As it stands on the command line. */
  readonly output: string | undefined;
}

/**
 * That all processes are to do the same, and to write to the same place: a launcher can start each with a command line of its own.
 *
 * @throws CliError `USAGE` on all of them.
 */
export async function requireSameCommand(collective: Collective, { command, output }: Asked): Promise<void> {
  if (collective.size === 1) return;
  const own = `tgm ${command}${output === undefined ? '' : ` --output ${output}`}`;
  const [first, ...others] = (await gatherJson(collective, own)) as string[];
  const differing = others.flatMap((each, at) => (each === first ? [] : [`${each} on rank ${at + 1}`]));
  if (differing.length === 0) return;
  throw new CliError('USAGE', {
    where: `tgm ${command}`,
    expected: 'the same command and the same --output for all processes',
    received: [`${first} on rank 0`, ...differing].join(', '),
  });
}
