import { resolve } from 'node:path';
import { readCommandLine } from '@tgm/cli/program';
import { flag, number, optional, passing, text, wholeNumber } from '@tgm/options';
import { ProgramError } from '../program/errors.js';

/** What a run does. It is kept in the run's folder, so paths are absolute. */
export interface Command {
  /** Folder or manifest of the user's own videos; absent: Moving Shapes. */
  readonly videos?: string;
  /** Caption of every video that brings none. */
  readonly caption?: string;
  /** Pre-training steps of each run. */
  readonly steps?: number;
  readonly seed: number;
  /** Share of the tokens that is masked, in [0, 1). */
  readonly ratio: number;
  /** A tenth of the data and a few steps: shows that everything works, not that it learns. */
  readonly quick: boolean;
  /** Folder of made data sets. */
  readonly data: string;
  /** Folder that gets a folder for each run. */
  readonly out: string;
}

/** The command line as read: a new run, or an earlier one to go on with. */
export type Request =
  | { readonly kind: 'help' }
  | { readonly kind: 'new'; readonly command: Command }
  /** `given`: the options beside `--resume`, which must be those that the run began with. */
  | { readonly kind: 'resume'; readonly folder: string; readonly given: Partial<Command> };

export const USAGE = `npm start                                          make Moving Shapes, pre-train, evaluate, report
npm start -- --videos <folder or manifest.jsonl>   the same on your videos

  --caption "…"    caption of every video that has none in the manifest or a .txt file beside it
  --resume <run>   go on with a run that was stopped, e.g. runs/2026-01-31T12-00-00
  --steps <n>      pre-training steps of each run
  --ratio <r>      share of the tokens that is masked, in [0, 1); default 0.75
  --seed <n>       default 0
  --out <folder>   where runs are written; default runs/ in the repository
  --data <folder>  where Moving Shapes is made; default data/ in the repository
  --quick          a tenth of the data and a few steps, to see that everything works
  --help`;

const ROOT = resolve(import.meta.dirname, '../..');
/** What stands where an option is left out. */
export const DEFAULTS = {
  seed: 0,
  ratio: 0.75,
  quick: false,
  out: resolve(ROOT, 'runs'),
  data: resolve(ROOT, 'data'),
} as const;

const someWords = passing(
  'a caption of some words',
  (value): value is string => typeof value === 'string' && value.trim() !== '',
);

/** Reads the command line. @throws ProgramError */
export function readRequest(args: readonly string[]): Request {
  const read = readCommandLine(
    {
      program: 'npm start',
      fields: {
        videos: optional(text()),
        caption: optional(someWords),
        resume: optional(text()),
        steps: optional(wholeNumber({ from: 1 })),
        ratio: optional(number({ from: 0, below: 1 })),
        seed: optional(wholeNumber()),
        out: optional(text()),
        data: optional(text()),
        quick: optional(flag()),
      },
    },
    args,
  );
  if (read === undefined) return { kind: 'help' };
  const { resume, ...options } = read;
  const given: Partial<Command> = Object.fromEntries(
    Object.entries(options)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, PATHS.has(name) ? resolve(value as string) : value]),
  );
  if (resume !== undefined) return { kind: 'resume', folder: resolve(resume), given };
  if (given.caption !== undefined && given.videos === undefined) {
    throw new ProgramError('USAGE', {
      where: 'npm start, option caption',
      expected: 'the option videos beside it',
      received: 'none: Moving Shapes brings its own captions',
    });
  }
  return { kind: 'new', command: { ...DEFAULTS, ...given } };
}

const PATHS = new Set(['videos', 'out', 'data']);

/** Whether a run may go on. @throws ProgramError `OPTIONS_CHANGED`, naming every option of `given` that is not the run's. */
export function checkSameOptions(command: Command, given: Partial<Command>): void {
  const names = Object.keys(given) as (keyof Command)[];
  const other = names.filter((name) => given[name] !== command[name]);
  if (other.length === 0) return;
  const list = (options: Partial<Command>) =>
    other.map((name) => `--${name} ${options[name] ?? '(none)'}`).join(', ');
  throw new ProgramError('OPTIONS_CHANGED', {
    where: 'a run to go on with',
    expected: `the options that it began with (${list(command)})`,
    received: list(given),
    advice: 'Leave them out to go on with the run, or start another.',
  });
}
