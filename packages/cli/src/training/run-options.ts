import { flag, number, oneOf, optional, text, wholeNumber } from '@tgm/options';
import type { Device } from '@tgm/tfjs-backend-onnx';
import type { About } from '../config/section.js';

/** What every training takes beside its settings: where it lies, on what it runs, when it saves and stops. */
export interface TrainingRunOptions {
  /** Folder of the run: configuration, events, page, checkpoints. The same options again on the same folder go on. */
  readonly output: string;
  /** Decides every draw, from 0. Default 0. */
  readonly seed?: number;
  /** Where steps are computed. Default `cpu`. */
  readonly device?: Device;
  /** Threads that decode videos while steps are computed. Default 2. */
  readonly threads?: number;
  /** Computes blocks again for their gradients: less memory, more time. Default false. */
  readonly recompute?: boolean;
  /** Steps from one checkpoint to the next. Default: a twentieth of the run, at most 500. */
  readonly saveEvery?: number;
  /** Checkpoints that stay, the newest ones. Default 2. */
  readonly keep?: number;
  /** Minutes of the program behind which it saves and stops, above 0. Default: never. */
  readonly stopAfter?: number;
  /** Share of the videos that may be unreadable, from 0 to 1: others take their places. More end the run. Default 0.1. */
  readonly refusedShare?: number;
}

export interface PretrainingRunOptions extends TrainingRunOptions {
  /** A folder of scores that `tgm score` wrote. Default: a text masking scores each clip beside the step. */
  readonly scores?: string;
}

export interface FinetuningRunOptions extends TrainingRunOptions {
  /** What to begin with: a run, a checkpoint or a Hugging Face folder. Default: drawn weights. */
  readonly pretrained?: string;
}

/** All of them, which the compiler sees to. */
const DEVICE_NAMES: Readonly<Record<Device, true>> = {
  cpu: true,
  webgpu: true,
  cuda: true,
  tensorrt: true,
  coreml: true,
  directml: true,
};
export const DEVICES = Object.keys(DEVICE_NAMES) as Device[];

const TRAINING_RUN_FIELDS = {
  output: text(),
  seed: optional(wholeNumber({ from: 0 }), 0),
  device: optional(oneOf(DEVICES), 'cpu'),
  threads: optional(wholeNumber({ from: 1 }), 2),
  recompute: optional(flag(), false),
  saveEvery: optional(wholeNumber({ from: 1 })),
  keep: optional(wholeNumber({ from: 1 }), 2),
  stopAfter: optional(number({ above: 0 })),
  refusedShare: optional(number({ from: 0, to: 1 }), 0.1),
} satisfies Record<keyof TrainingRunOptions, unknown>;

const TRAINING_RUN_ABOUT: Record<keyof TrainingRunOptions, About> = {
  output: ['<folder>', 'the run: configuration, events, page, checkpoints; the same command again goes on'],
  seed: ['<n>', 'decides every draw; default 0'],
  device: ['<name>', `where steps are computed: ${DEVICES.join(', ')}; default cpu`],
  threads: ['<n>', 'threads that decode videos meanwhile; default 2'],
  recompute: ['', 'compute blocks again for their gradients: less memory, more time'],
  saveEvery: ['<n>', 'steps from one checkpoint to the next; default a twentieth of the run, at most 500'],
  keep: ['<n>', 'checkpoints that stay, the newest ones; default 2'],
  stopAfter: ['<minutes>', 'save and stop with exit code 75 when the program has run so long'],
  refusedShare: ['<0 to 1>', 'more unreadable videos than this part of all end the run; default 0.1'],
};

/** The fields of a pre-training's run, for a section of a configuration. */
export const PRETRAINING_RUN_FIELDS = {
  ...TRAINING_RUN_FIELDS,
  scores: optional(text()),
} satisfies Record<keyof PretrainingRunOptions, unknown>;

export const PRETRAINING_RUN_ABOUT: Record<keyof PretrainingRunOptions, About> = {
  ...TRAINING_RUN_ABOUT,
  scores: ['<folder>', 'scores that tgm score wrote; default: clips are scored beside the steps'],
};

/** The fields of a fine-tuning's run, for a section of a configuration. */
export const FINETUNING_RUN_FIELDS = {
  ...TRAINING_RUN_FIELDS,
  pretrained: optional(text()),
} satisfies Record<keyof FinetuningRunOptions, unknown>;

export const FINETUNING_RUN_ABOUT: Record<keyof FinetuningRunOptions, About> = {
  ...TRAINING_RUN_ABOUT,
  pretrained: ['<folder>', 'what to begin with: a run, a checkpoint or a Hugging Face folder'],
};
