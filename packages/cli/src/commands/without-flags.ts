import { flagName } from '../config/flag-name.js';
import type { SectionFlag } from '../config/section-flags.js';
import { CliError } from '../program/errors.js';
import type { Command } from './command.js';

/**
 * What stands on the command line without a flag, as if it had one: each text goes to the next of the command's positionals that was
 * not given by its flag, the last one takes all that are left where it is a list.
 *
 * @param rest What stands behind `--`.
 * @param known The command's flags.
 * @param given Those that are there.
 * @throws CliError `USAGE` for a text that nothing takes.
 */
export function withoutFlags(
  { name, positionals = [], program }: Pick<Command, 'name' | 'positionals' | 'program'>,
  texts: readonly string[],
  rest: readonly string[] | undefined,
  known: ReadonlyMap<string, SectionFlag>,
  given: ReadonlyMap<string, unknown>,
): [flag: string, texts: readonly string[]][] {
  const unexpected = (received: string): never => {
    throw new CliError('USAGE', {
      where: `tgm ${name}`,
      expected: 'its options',
      received: `Unexpected argument '${received}'`,
      advice: '--help lists them.',
    });
  };
  const found: [string, readonly string[]][] = [];
  let left = texts;
  for (const { section, option } of positionals) {
    const short = flagName(option);
    const long = `${section}.${short}`;
    if (left.length === 0 || given.has(short) || given.has(long)) continue;
    const isLast = option === positionals.at(-1)!.option;
    const taken = isLast && known.get(long)!.several ? left : left.slice(0, 1);
    found.push([known.get(short)!.section === section ? short : long, taken]);
    left = left.slice(taken.length);
  }
  if (left.length > 0) unexpected(left[0]!);
  if (rest) {
    const [command, ...args] = rest;
    if (program === undefined || command === undefined) return unexpected(command ?? '--');
    found.push([`${program}.command`, [command]]);
    if (args.length > 0) found.push([`${program}.args`, args]);
  }
  return found;
}
