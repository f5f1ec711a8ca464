import { type Fields, optionTable, type Resolved, takesList } from '@tgm/options';
import { CliError } from './errors.js';
import { parseFlags } from './parse-flags.js';
import { isDeniable, isFlag, valueOfTexts } from './read-text.js';

export interface CommandLine<F extends Fields> {
  /** How the program is called, for error messages. */
  readonly program: string;
  /** What each option may be, by its name without the dashes. */
  readonly fields: F;
}

/**
 * Reads the arguments of a program that has options alone; undefined when `--help` is among them. An option whose field takes
 * a list may be given several times; one whose field takes true and false stands alone.
 *
 * @throws CliError `USAGE` for what is no option, an option without its value or given twice; `OPTION_INVALID` for a
 * value of another kind or out of range.
 */
export function readCommandLine<const F extends Fields>(
  { program, fields }: CommandLine<F>,
  args: readonly string[],
): Resolved<F> | undefined {
  const known = new Map(
    Object.entries(fields).map(([name, field]) => [
      name,
      { takesValue: !isFlag(field), several: takesList(field), deniable: isDeniable(field) },
    ]),
  );
  const { help, flags, positionals, rest = [] } = parseFlags(program, known, args);
  if (help) return undefined;
  const [stray] = [...positionals, ...rest];
  if (stray !== undefined) {
    throw new CliError('USAGE', {
      where: program,
      expected: 'its options',
      received: `Unexpected argument '${stray}'`,
      advice: '--help lists them.',
    });
  }
  const given = [...flags].map(([name, texts]) => [
    name,
    typeof texts === 'boolean' ? texts : valueOfTexts(fields[name], texts),
  ]);
  return optionTable(program, fields, CliError).check(Object.fromEntries(given));
}
