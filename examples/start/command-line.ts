import { parseArgs } from 'node:util';

export interface Command {
  /** Folder or manifest of the user's own videos; absent: Moving Shapes. */
  readonly videos?: string;
  /** Caption of every video that brings none. */
  readonly caption?: string;
  /** Folder that gets a folder for each run. */
  readonly out?: string;
  /** Folder of an earlier run to go on with. */
  readonly resume?: string;
  /** Pre-training steps of each run. */
  readonly steps?: number;
  readonly seed: number;
  /** Share of the tokens that is hidden, in [0, 1). */
  readonly ratio: number;
  /** A tenth of the data and a few steps: shows that everything works, not that it learns. */
  readonly quick: boolean;
}

export const USAGE = `npm start                                    make Moving Shapes, pre-train, evaluate, report
npm start -- --videos <folder or manifest.jsonl>   the same on your videos

  --caption "…"    caption of every video that has none in the manifest or a .txt file beside it
  --resume <run>   go on with a run that was stopped, e.g. runs/2026-01-31T12-00-00
  --steps <n>      pre-training steps of each run
  --ratio <r>      share of the tokens that is hidden, in [0, 1); default 0.75
  --seed <n>       default 0
  --out <folder>   where runs are written; default runs/ in the repository
  --quick          a tenth of the data and a few steps, to see that everything works
  --help`;

/** The command line was not understood, or names something that is not there. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'USAGE';
}

export const DEFAULTS = { seed: 0, ratio: 0.75 } as const;

/** Reads the command line; undefined when help was asked for. */
export function parseCommandLine(args: readonly string[]): Command | undefined {
  const { values } = parse(args);
  if (values.help) return undefined;
  if (values.caption !== undefined && values.caption.trim() === '') {
    throw new UsageError('--caption needs some text, got an empty caption.');
  }
  if (values.caption !== undefined && values.videos === undefined) {
    throw new UsageError('--caption goes with --videos: Moving Shapes brings its own captions.');
  }
  const ratio = number('--ratio', values.ratio) ?? DEFAULTS.ratio;
  if (!(ratio >= 0 && ratio < 1)) throw new UsageError(`--ratio must be in [0, 1), got ${values.ratio}.`);
  const steps = number('--steps', values.steps);
  if (steps !== undefined && !(Number.isInteger(steps) && steps >= 1)) {
    throw new UsageError(`--steps must be a whole number from 1, got ${values.steps}.`);
  }
  const seed = number('--seed', values.seed) ?? DEFAULTS.seed;
  if (!Number.isInteger(seed)) throw new UsageError(`--seed must be a whole number, got ${values.seed}.`);
  return {
    seed,
    ratio,
    quick: values.quick ?? false,
    ...(values.videos === undefined ? {} : { videos: values.videos }),
    ...(values.caption === undefined ? {} : { caption: values.caption }),
    ...(values.out === undefined ? {} : { out: values.out }),
    ...(values.resume === undefined ? {} : { resume: values.resume }),
    ...(steps === undefined ? {} : { steps }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        videos: { type: 'string' },
        caption: { type: 'string' },
        out: { type: 'string' },
        resume: { type: 'string' },
        steps: { type: 'string' },
        ratio: { type: 'string' },
        seed: { type: 'string' },
        quick: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function number(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new UsageError(`${option} must be a number, got "${text}".`);
  }
  return value;
}
