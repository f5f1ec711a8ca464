import { listOf, optional, optionTable, text } from '@tgm/options';
import { optionGroup, section } from '../config/section.js';
import { template } from '../data/text-fields.js';
import { CliError } from '../program/errors.js';
import {
  MEASURING_ABOUT,
  MEASURING_FIELDS,
  type MeasuringOptions,
  type MtebTask,
  mtebField,
} from './measuring-options.js';

/** How `evaluateModel` measures a model. */
export interface EvaluateOptions extends MeasuringOptions {
  /** Texts about a class, with `{}` where its name goes, for a model that was trained with captions. Default `a video of {}`. */
  readonly templates?: readonly string[];
  /** A JSON file of texts about each class, as `readClassDescriptions` reads it: further texts beside the templates. */
  readonly descriptions?: string;
  /** The task's name in mteb and the commit of its data: the zero-shot result is written in mteb's form too. */
  readonly mteb?: MtebTask;
}

/** The same, and where `tgm evaluate` writes the result. */
export interface EvaluateConfig extends EvaluateOptions {
  /** A folder for `result.json` and `predictions.jsonl`. Default: nothing is written. */
  readonly output?: string;
}

const FIELDS = {
  ...MEASURING_FIELDS,
  templates: optional(listOf(template(), { from: 1 }), ['a video of {}']),
  descriptions: optional(text()),
  mteb: optional(mtebField()),
} satisfies Record<keyof EvaluateOptions, unknown>;

export const evaluateTable = optionTable('evaluateModel', FIELDS, CliError);

const configTable = optionTable(
  'evaluate',
  { ...FIELDS, output: optional(text()) } satisfies Record<keyof EvaluateConfig, unknown>,
  CliError,
);

export const evaluateSection = section(
  'evaluate',
  optionGroup(configTable, {
    ...MEASURING_ABOUT,
    output: ['<folder>', 'for result.json and predictions.jsonl; default: nothing is written'],
    templates: ['"a video of {}"', 'texts about a class, for a model that was trained with captions'],
    descriptions: ['<file>', 'further texts about each class, JSON'],
    mteb: ['', "--mteb.task-name, --mteb.dataset-revision: the zero-shot result in mteb's form too"],
  }),
);
