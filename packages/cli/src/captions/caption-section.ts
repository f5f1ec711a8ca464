import {
  type CaptionerOptions,
  type CommandCaptionerOptions,
  captionerOptions,
  commandCaptionerOptions,
} from '@tgm/models';
import { number, optional, optionTable, text, wholeNumber } from '@tgm/options';
import { partField } from '../config/part.js';
import { type About, optionGroup, type Section } from '../config/section.js';
import { CliError } from '../program/errors.js';

/** What `tgm caption` does, whoever describes. */
export interface CommonCaptionOptions {
  /** The file of captions, JSONL. Videos that it has from the same model and revision are not described again. */
  readonly out: string;
  /** Frames of each video that are described, evenly spaced. Default 3, as in the paper. */
  readonly frames?: number;
  /** Which part of the videos this is, such as `3/16`, from 0. Default `0/1`: all of them. */
  readonly shard?: string;
  /** Threads that decode ahead. Default 1. */
  readonly threads?: number;
  /** Pixels of the longer side that are described, at most. Default 512: captioners read less. */
  readonly longSide?: number;
  /** The part of the videos that may be unreadable, 0-1, rounded up. More end the run. Default 0.1. */
  readonly refusedShare?: number;
}

/** A captioner of Transformers.js, or with `command` a program in any language. */
export type CaptionOptions = CommonCaptionOptions &
  ((CaptionerOptions & { readonly command?: undefined }) | CommandCaptionerOptions);

const COMMON = {
  out: text(),
  frames: optional(wholeNumber({ from: 1 }), 3),
  shard: optional(partField(), '0/1'),
  threads: optional(wholeNumber({ from: 1 }), 1),
  longSide: optional(wholeNumber({ from: 16 }), 512),
  refusedShare: optional(number({ from: 0, to: 1 }), 0.1),
} satisfies Record<keyof CommonCaptionOptions, unknown>;

const about: Record<keyof typeof COMMON | 'model' | 'revision', About> = {
  out: ['<file>', 'the captions, JSONL; what is in it already is not described again'],
  frames: ['<n>', 'frames of each video that are described; default 3'],
  shard: ['<i>/<n>', 'which part of the videos this is, from 0; default 0/1, all of them'],
  threads: ['<n>', 'threads that decode ahead; default 1'],
  longSide: ['<n>', 'pixels of the longer side, at most; default 512'],
  refusedShare: ['<0 to 1>', 'more unreadable videos than this part of all end the run; default 0.1'],
  model: ['<name>', 'a model of the Hub for image-to-text, or a folder; with a program, its name'],
  revision: ['<commit>', "the model's commit, kept beside each caption"],
};

const byTransformers = optionGroup(
  optionTable('caption', { ...captionerOptions.fields, ...COMMON }, CliError),
  {
    ...about,
    dtype: ['fp32|fp16|q8', 'how the weights are stored; default q8'],
    cacheDir: ['<folder>', 'where fetched models are kept'],
    offline: ['', 'use what was fetched before, and no network'],
  },
);

const byCommand = optionGroup(
  optionTable('caption', { ...commandCaptionerOptions.fields, ...COMMON }, CliError),
  {
    ...about,
    command: ['<program>', 'what answers a line of JSON for each picture; or write it behind --'],
    args: ['<text>', 'what it is started with'],
    cwd: ['<folder>', 'the folder that it runs in'],
    env: ['<json>', 'variables of its environment'],
    answerSeconds: ['<n>', 'how long an answer may take; default 600'],
    quiet: ['', 'keep what it says on standard error for errors alone'],
  },
  '--command <program>, or -- <program> <arguments>',
);

/** How videos are described. */
export const captionSection: Section = {
  name: 'caption',
  groups: [byTransformers, byCommand],
  choose: async ({ command }) => (command === undefined ? byTransformers : byCommand),
};
