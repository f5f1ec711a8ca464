import { parseArgs } from 'node:util';
import { type Fields, optionTable, type Resolved } from '@tgm/options';
import { ProgramError } from './errors.js';

/** What follows an option on the command line: a text, a number, or nothing. */
export type Written = 'text' | 'number' | 'flag';

export interface CommandLine<F extends Fields> {
  /** How the program is called, for error messages. */
  readonly program: string;
  /** What each option may be, by its name without the dashes. */
  readonly fields: F;
  readonly written: { readonly [K in keyof F]: Written };
}

/**
 * Reads the arguments of a program; undefined when `--help` is among them.
 *
 * @throws ProgramError `USAGE` for what is no option, an option without its value or given twice; `OPTION_INVALID` for a
 * value of another kind or out of range.
 */
export function readCommandLine<const F extends Fields>(
  { program, fields, written }: CommandLine<F>,
  args: readonly string[],
): Resolved<F> | undefined {
  const kinds: Readonly<Record<string, Written>> = written;
  const options = Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [
      name,
      { type: kind === 'flag' ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  const refuse = (received: string, advice = '--help lists them.'): never => {
    throw new ProgramError('USAGE', { where: program, expected: 'its options', received, advice });
  };
  const { values, tokens } = parse();
  if (values.help) return undefined;
  const given = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
  const twice = given.find((name, index) => given.indexOf(name) !== index);
  if (twice !== undefined) refuse(`--${twice} more than once`);
  const table = optionTable(program, fields, ProgramError);
  return table.check(
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        kinds[name] === 'number' ? numberIn(value) : value,
      ]),
    ),
  );

  function parse() {
    const [option, value] = dashed(args, kinds);
    if (option !== undefined)
      refuse(
        `${option} ${value}, which may be two options`,
        `Write ${option}=${value} if it is one with its value.`,
      );
    try {
      return parseArgs({
        args: [...args],
        options: { ...options, help: { type: 'boolean', short: 'h' } } as typeof options,
        tokens: true,
      });
    } catch (error) {
      return refuse(firstSentence((error as Error).message));
    }
  }
}

/** An option that asks for a value, and what stands behind it: that begins with a dash and may be an option itself. */
function dashed(
  args: readonly string[],
  kinds: Readonly<Record<string, Written>>,
): readonly [string, string] | readonly [] {
  for (const [index, option] of args.entries()) {
    const value = args[index + 1];
    const kind = option.startsWith('--') && Object.hasOwn(kinds, option.slice(2)) && kinds[option.slice(2)];
    if (kind && kind !== 'flag' && value?.startsWith('-')) return [option, value];
  }
  return [];
}

/** What Node says of a command line, without its advice. */
const firstSentence = (message: string): string => message.split(/\. |\n/)[0]!.replace(/\.$/, '');

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The number that a text spells in digits; any other text as it is, for the table to refuse. */
const numberIn = (text: string | boolean | undefined): unknown =>
  typeof text === 'string' && NUMBER.test(text) ? Number(text) : text;
