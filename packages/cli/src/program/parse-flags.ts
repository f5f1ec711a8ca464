import { parseArgs } from 'node:util';
import { CliError } from './errors.js';
import { nearest } from './nearest.js';

/** What may follow a flag. */
export interface Flag {
  /** Whether a value stands behind it. */
  readonly takesValue: boolean;
  /** Whether `--no-<flag>` is there although it takes a value: it can be false. */
  readonly deniable?: boolean;
  /** Whether it may be given more than once. */
  readonly several?: boolean;
}

export interface ParsedFlags {
  readonly help: boolean;
  /** The texts behind each flag that is there; true or false for one without a value. */
  readonly flags: ReadonlyMap<string, readonly string[] | boolean>;
  /** What stands between the flags. */
  readonly positionals: readonly string[];
  /** What stands behind `--`; nothing where there is no `--`. */
  readonly rest: readonly string[] | undefined;
}

/**
 * Takes a command line apart, as Node's own parser does. `--no-<flag>` is the opposite of a flag without a value,
 * and false for one that may be false.
 *
 * @param program how it is called, for error messages.
 * @throws CliError `USAGE` for a flag that is not known, with the nearest that is; one without its value, with one that it does
 *   not take, or given twice.
 */
export function parseFlags(
  program: string,
  known: ReadonlyMap<string, Flag>,
  args: readonly string[],
): ParsedFlags {
  const refuse = (received: string, advice = '--help lists them.'): never => {
    throw new CliError('USAGE', { where: program, expected: 'its options', received, advice });
  };
  const options = [...known].map(([name, { takesValue }]) => [
    name,
    { type: takesValue ? ('string' as const) : ('boolean' as const) },
  ]);
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...Object.fromEntries(options), help: { type: 'boolean', short: 'h' } },
    strict: false,
    tokens: true,
  });
  const flags = new Map<string, readonly string[] | boolean>();
  const positionals: string[] = [];
  let rest: string[] | undefined;
  let help = false;
  for (const token of tokens) {
    if (token.kind === 'option-terminator') rest = [];
    else if (token.kind === 'positional') (rest ?? positionals).push(token.value);
    else if (token.name === 'help') help = true;
    else {
      const { name, rawName, value, inlineValue } = token;
      const denied = name.startsWith('no-') ? known.get(name.slice(3)) : undefined;
      const negated = denied !== undefined && (!denied.takesValue || denied.deniable === true);
      const of = negated ? name.slice(3) : name;
      const flag = rawName.startsWith('--') ? known.get(of) : undefined;
      if (flag === undefined) {
        const meant = nearest(name, [...known.keys()]);
        refuse(
          `Unknown option '${rawName}'`,
          `${meant ? `Did you mean --${meant}? ` : ''}--help lists them.`,
        );
      } else if (negated || !flag.takesValue) {
        if (value !== undefined) refuse(`Option '${rawName}' does not take an argument`);
        if (flags.has(of)) refuse(`--${of} more than once`);
        flags.set(of, !negated);
      } else {
        if (value === undefined) refuse(`Option '${rawName} <value>' argument missing`);
        else if (flags.get(of) === false) refuse(`--${of} more than once`);
        else {
          if (!inlineValue && value.startsWith('-'))
            refuse(
              `${rawName} ${value}, which may be two options`,
              `Write ${rawName}=${value} if it is one with its value.`,
            );
          const before = flags.get(of) as readonly string[] | undefined;
          if (before && !flag.several) refuse(`--${of} more than once`);
          flags.set(of, [...(before ?? []), value]);
        }
      }
    }
  }
  return { help, flags, positionals, rest };
}
