import type { Params } from '@tgm/models';
import {
  listOf,
  nested,
  number,
  objectWith,
  oneOf,
  optional,
  optionTable,
  passing,
  text,
  unrecorded,
  wholeNumber,
} from '@tgm/options';
import type { Engine, TensorTree } from '@tgm/tfjs-backend-onnx';
import type { Collective } from '../collective/collective.js';
import { TrainError } from '../errors.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Schedule } from '../schedules/schedule.js';
import { seedField } from '../seed-field.js';
import type { Batches } from './batches.js';
import type { Evaluator, MeasuredParameters } from './evaluator.js';
import type { Objective } from './objective.js';

/** What every training takes, whatever it learns. */
export interface RunOptions {
  readonly engine: Engine;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  /** Steps of the whole run, at least 1. */
  readonly steps: number;
  /** Decides the initial parameters; under `pretrain` the order, captions and masks too. Other batches have their own. */
  readonly seed: number | string;
  /**
   * Parameters to begin with in place of drawn ones, those of a published model for one. They stay the caller's. Names that
   * the objective does not have are refused; the ones that are left out are drawn.
   */
  readonly start?: { readonly params?: Params; readonly buffers?: Params };
  /** Batches whose gradients make one step, as if they were one batch. Default 1. */
  readonly accumulate?: number;
  /** Largest Euclidean norm of all gradients together, above 0; longer ones are shortened to it. Default: none. */
  readonly clipNorm?: number;
  /**
   * Keeps a running average of the parameters. Each step it keeps min(decay, (1 + t) / (10 + t)) of itself, t being the steps
   * before, so that it forgets what was drawn. `decay` is in [0, 1).
   */
  readonly average?: { readonly decay: number };
  /**
   * Where to save, and every how many steps; saved at the end, on a stop and on an error in any case. Goes on from what it
   * finds there, and refuses to go on as another run.
   */
  readonly checkpoint?: {
    readonly folder: string;
    readonly every: number;
    /** Checkpoints that stay, the newest ones; at least 1. Default 2. */
    readonly keep?: number;
  };
  /** Measures the parameters every so many steps, and behind the last one; told as events, one for each evaluator. */
  readonly evaluate?: {
    readonly every: number;
    /** At least one, of different names. */
    readonly evaluators: readonly Evaluator[];
    /** Which parameters; the average needs the option `average`. Default `current`. */
    readonly parameters?: MeasuredParameters | 'both';
  };
  /**
   * Steps that the engine takes in one call; a call ends at a checkpoint and at an evaluation in any case. Default: 1 where
   * the state stays with the engine, 8 where it is copied to the device and back with every call.
   */
  readonly stepsPerCall?: number;
  /** Ends the run after the call in hand, with a checkpoint. On several processes it is enough where one of them has it. */
  readonly signal?: AbortSignal;
  /**
   * The processes that train together, each of which calls this with the same options: `mpiProcesses()`. A step's clips are shared
   * out among them, and its gradients are summed. Default: this process alone; refused where a launcher started several.
   */
  readonly collective?: Collective;
}

export interface TrainerOptions<Batch extends TensorTree> extends RunOptions {
  readonly objective: Objective<NoInfer<Batch>>;
  readonly batches: Batches<Batch>;
}

const count = () => wholeNumber({ from: 1 });

const tensors = () =>
  passing('tensors by name', (value): value is Params => typeof value === 'object' && value !== null);

/** The fields of `RunOptions`, for whatever trains. */
export const RUN_FIELDS = {
  engine: unrecorded(objectWith<Engine>('an engine', ['compile', 'keepsState'])),
  optimizer: objectWith<Optimizer>('an optimiser', ['init', 'update', 'describe']),
  schedule: objectWith<Schedule>('a schedule', ['at', 'describe']),
  steps: count(),
  seed: seedField(),
  start: unrecorded(optional(nested({ params: optional(tensors()), buffers: optional(tensors()) }))),
  accumulate: optional(count(), 1),
  clipNorm: optional(number({ above: 0 })),
  average: optional(nested({ decay: number({ from: 0, below: 1 }) })),
  checkpoint: unrecorded(optional(nested({ folder: text(), every: count(), keep: optional(count(), 2) }))),
  evaluate: unrecorded(
    optional(
      nested({
        every: count(),
        evaluators: listOf(objectWith<Evaluator>('an evaluator', ['name', 'evaluate']), { from: 1 }),
        parameters: optional(oneOf(['current', 'average', 'both']), 'current'),
      }),
    ),
  ),
  stepsPerCall: unrecorded(optional(count())),
  signal: unrecorded(optional(objectWith<AbortSignal>('an AbortSignal', ['aborted']))),
  collective: unrecorded(
    optional(
      objectWith<Collective>('processes that train together, such as `await mpiProcesses()`', [
        'rank',
        'size',
        'allReduceSum',
        'allGather',
        'broadcast',
        'barrier',
        'times',
        'fail',
      ]),
    ),
  ),
} satisfies Record<keyof RunOptions, unknown>;

export const TRAINER_OPTIONS = optionTable(
  'trainer',
  {
    ...RUN_FIELDS,
    objective: objectWith<Objective<TensorTree>>('an objective', [
      'weights',
      'init',
      'part',
      'group',
      'artefacts',
      'describe',
    ]),
    batches: objectWith<Batches<TensorTree>>('batches', ['describe', 'open']),
  } satisfies Record<keyof TrainerOptions<TensorTree>, unknown>,
  TrainError,
);

/** Options with their defaults. */
export type CheckedOptions = ReturnType<typeof TRAINER_OPTIONS.check>;
