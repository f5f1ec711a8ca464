import { type Field, flag, listOf, number, optional, passing, text } from '@tgm/options';
import { anyText, isRecord } from '../option-fields.js';

/** A program that answers questions, a line of JSON for each on its standard output. */
export interface CommandOptions {
  /** The program, e.g. `python3`. It is started with the first question. */
  readonly command: string;
  /** What it is started with. No shell reads them. Default none. */
  readonly args?: readonly string[];
  /** The folder that it runs in. Default the current one. */
  readonly cwd?: string;
  /** Variables of its environment besides those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * How long an answer may take, above 0: the time since the last answer, or since the question where nothing was waited for. The
   * first one includes the loading of a model. Default 600.
   */
  readonly answerSeconds?: number;
  /** Whether what it writes to its standard error is kept for errors alone, and not shown. Default false. */
  readonly quiet?: boolean;
}

export const COMMAND_FIELDS = {
  command: text(),
  args: optional(listOf(anyText()), []),
  cwd: optional(text()),
  env: optional(variables()),
  answerSeconds: optional(number({ above: 0 }), 600),
  quiet: optional(flag(), false),
} satisfies Record<keyof CommandOptions, unknown>;

function variables(): Field<Readonly<Record<string, string>>> {
  return passing(
    'texts by name',
    (value): value is Readonly<Record<string, string>> =>
      isRecord(value) && Object.values(value).every((each) => typeof each === 'string'),
  );
}
