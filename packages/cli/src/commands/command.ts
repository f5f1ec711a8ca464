import type { Collective } from '@tgm/train';
import type { ResolvedSections } from '../config/resolve-sections.js';
import type { Section } from '../config/section.js';

/** What a command works with. */
export interface CommandRun {
  /** The sections that it reads, by name. */
  readonly sections: ResolvedSections;
  /** Aborts when the program is asked to stop: end behind the work in hand, then throw its reason. */
  readonly signal: AbortSignal;
  /** Whether the result is for machines. Then nothing else is said on standard output. */
  readonly json: boolean;
  /** The configuration as a file that `--config` takes, for a command that writes into a folder. */
  readonly configText: string;
  /**
   * The processes that do the command, one for a command that is not done together. Rank 0 speaks and writes for all; what others
   * say by `say`, `warn` and `progress` is not heard.
   */
  readonly collective: Collective;
}

/** What a command found or did. */
export interface CommandResult {
  /** For machines: what `--json` prints. */
  readonly json: object;
  /** For people. */
  readonly text: string;
  /** Default 0. */
  readonly exitCode?: number;
}

/** An option that may be written without its flag. The last one of a command takes all that follow, where it takes a list. */
export interface Positional {
  readonly section: string;
  readonly option: string;
  /** How the usage line shows it: `<videos>`. */
  readonly shown: string;
}

/** One stage: its file in this folder is all that it is. */
export interface Command {
  readonly name: string;
  /** One sentence, without its full stop. */
  readonly says: string;
  /** What `--help` tells besides the flags: examples that work, and what comes out. */
  readonly details: string;
  /** The sections of the configuration that it reads, the last one its own. */
  readonly sections: readonly Section[];
  /** The options, `data.source`, that may be written without their flags, in this order. */
  readonly positionals?: readonly Positional[];
  /** The section whose `command` and `args` may be written behind `--`. */
  readonly program?: string;
  /** Whether it may work for long: the peak of its memory is told at its end, as `peakBytes` in JSON. */
  readonly long?: boolean;
  /** Whether it tells its result at its beginning, and goes on until it is stopped. */
  readonly serves?: boolean;
  /** Whether several processes, which a launcher started, can do it together. Else they are refused. */
  readonly together?: boolean;
  run(run: CommandRun): Promise<CommandResult>;
}
