import { nested, optional, text, wholeNumber } from '@tgm/options';
import type { About } from '../config/section.js';
import { VIEWS_ABOUT, type Views, viewsField } from './views.js';

/** What every command that looks at videos with a frozen model is given. */
export interface MeasuringOptions {
  /** A run's folder, a checkpoint, or a folder in the form of Hugging Face. */
  readonly model: string;
  /** Where features are kept, so that they are computed once. Default `features`. */
  readonly features?: string;
  /** Views of each video. Default: those of the model's run, else two clips of every fourth frame. */
  readonly test?: Partial<Views>;
  /** Clips of one pass of the model. Default 4. */
  readonly batchSize?: number;
  /** Threads that decode videos. Default 2. */
  readonly threads?: number;
}

export const MEASURING_FIELDS = {
  model: text(),
  features: optional(text(), 'features'),
  test: optional(viewsField()),
  batchSize: optional(wholeNumber({ from: 1 }), 4),
  threads: optional(wholeNumber({ from: 1 }), 2),
} satisfies Record<keyof MeasuringOptions, unknown>;

export const MEASURING_ABOUT: Readonly<Record<keyof MeasuringOptions, About>> = {
  model: ['<folder>', 'a run, a checkpoint, or a folder of Hugging Face'],
  features: ['<folder>', 'where features are kept, so that they are computed once; default features'],
  test: VIEWS_ABOUT,
  batchSize: ['<n>', 'clips of one pass of the model; default 4'],
  threads: ['<n>', 'threads that decode videos; default 2'],
};

/** What a result in mteb's form is called by. */
export interface MtebTask {
  /** The task's name in mteb. */
  readonly taskName: string;
  /** The commit of its data. */
  readonly datasetRevision: string;
}

export const mtebField = () =>
  nested({ taskName: text(), datasetRevision: text() } satisfies Record<keyof MtebTask, unknown>);
