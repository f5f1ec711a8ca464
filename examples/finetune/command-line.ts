import { resolve } from 'node:path';
import { readCommandLine } from '@tgm/cli/program';
import { flag, optional, passing, text, wholeNumber } from '@tgm/options';
import { FULL, QUICK } from './settings.js';

/** What a run does. Paths are absolute. */
export interface Command {
  /** A Video MAE of the example's shape to fine-tune in place of one that is pre-trained here. */
  readonly checkpoint?: string;
  readonly seeds: readonly number[];
  /** Labelled clips of each class. */
  readonly labelled: number;
  readonly pretrainingSteps: number;
  /** Steps of each fine-tuning. */
  readonly steps: number;
  /** Fine-tunes with the defaults of `finetune`. */
  readonly defaults: boolean;
  readonly quick: boolean;
  /** Folder of made data sets. */
  readonly data: string;
  /** Folder of the checkpoints; what it holds is gone on with. Other options than seeds and defaults need another. */
  readonly out: string;
  /** The data set of Moving Shapes. */
  readonly world: number;
}

const ROOT = resolve(import.meta.dirname, '../..');

export const USAGE = `npm run finetune

  --checkpoint <folder>    a Video MAE of this shape in place of one pre-trained here
  --seeds <n,n,…>          labelled clips, first weights and order; default 0,1,2
  --labelled <n>           labelled clips of each of the 12 classes; default ${FULL.labelled}
  --pretraining-steps <n>  default ${FULL.pretrainingSteps}
  --steps <n>              of each fine-tuning; default ${FULL.steps}
  --defaults               VideoMAE's drop path, smoothing and mixing, which the example turns off
  --world <n>              seed of the data set; default 0
  --out <folder>           default runs/finetune in the repository; what it holds is gone on with. Runs with other
                           options need another folder, but for --seeds and --defaults
  --data <folder>          where Moving Shapes is made; default data/ in the repository
  --quick                  a tenth of the data and a few steps, to see that everything works
  --help`;

const seedList = passing(
  'whole numbers with commas between, each once, such as 0,1,2',
  (value): value is string =>
    typeof value === 'string' &&
    /^\d{1,9}(,\d{1,9})*$/.test(value) &&
    new Set(value.split(',')).size === value.split(',').length,
);

const count = () => optional(wholeNumber({ from: 1 }));

/** Reads the command line; undefined for `--help`. @throws ProgramError */
export function readCommand(args: readonly string[]): Command | undefined {
  const read = readCommandLine(
    {
      program: 'npm run finetune',
      fields: {
        checkpoint: optional(text()),
        seeds: optional(seedList),
        labelled: count(),
        'pretraining-steps': count(),
        steps: count(),
        world: optional(wholeNumber({ from: 0 }), 0),
        out: optional(text()),
        data: optional(text(), resolve(ROOT, 'data')),
        defaults: optional(flag(), false),
        quick: optional(flag(), false),
      },
    },
    args,
  );
  if (read === undefined) return undefined;
  const { quick, checkpoint, world, defaults } = read;
  const settings = quick ? QUICK : FULL;
  const { labelled, pretrainingSteps, steps, seeds } = settings;
  return {
    ...(checkpoint !== undefined && { checkpoint: resolve(checkpoint) }),
    seeds: (read.seeds ?? seeds).split(',').map(Number),
    labelled: read.labelled ?? labelled,
    pretrainingSteps: read['pretraining-steps'] ?? pretrainingSteps,
    steps: read.steps ?? steps,
    defaults,
    quick,
    world,
    data: resolve(read.data),
    out: resolve(read.out ?? resolve(ROOT, quick ? 'runs/finetune-quick' : 'runs/finetune')),
  };
}
