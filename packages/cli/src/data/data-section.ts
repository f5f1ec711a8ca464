import {
  eitherOf,
  type Fields,
  listOf,
  type OptionTable,
  oneOf,
  optional,
  optionTable,
  text,
} from '@tgm/options';
import { datasetFormats } from '@tgm/video-io';
import type { About, OptionGroup, Section } from '../config/section.js';
import { optionGroup } from '../config/section.js';
import { CliError } from '../program/errors.js';
import { detectFormat } from './detect-format.js';
import { someWords, template } from './text-fields.js';

type Formats = typeof datasetFormats;

/** The name of a reader. */
export type FormatName = keyof Formats;

export const FORMAT_NAMES = Object.keys(datasetFormats) as FormatName[];

type ReaderOptions<F extends FormatName> = NonNullable<Parameters<Formats[F]['read']>[1]>;

/** What every data set may be given, however it is read. */
export interface CommonDataOptions {
  /** A file of annotations, a folder of videos, or tar files. */
  readonly source: string | readonly string[];
  /** Captions that `tgm caption` wrote. They stand in place of those that a video of the same id brings. */
  readonly captions?: string | readonly string[];
  /** Captions from the class for videos that have none, with `{}` where its name goes: `a video of {}`. */
  readonly templates?: readonly string[];
  /** A JSON file of texts about each class, `{ "archery": ["a person draws a bow"] }`: further captions beside the templates. */
  readonly descriptions?: string;
  /** The caption of videos that have none after all of these. */
  readonly caption?: string;
}

/** The videos of a project. Without `format`, what lies at `source` tells it. Beside these, the options of the format's reader. */
export type DataOptions = CommonDataOptions &
  {
    [F in FormatName]: { readonly format?: F } & Omit<ReaderOptions<F>, keyof CommonDataOptions>;
  }[FormatName];

const paths = eitherOf('a path, or a list of paths', text(), listOf(text(), { from: 1 }));

const COMMON = {
  format: optional(oneOf(FORMAT_NAMES)),
  source: paths,
  captions: optional(paths),
  templates: optional(listOf(template(), { from: 1 })),
  descriptions: optional(text()),
  caption: optional(someWords()),
} satisfies Record<keyof CommonDataOptions | 'format', unknown>;

const COMMON_ABOUT: Record<keyof typeof COMMON, About> = {
  format: ['<name>', `how it is read; default: as it looks. ${FORMAT_NAMES.join(', ')}`],
  source: ['<path>', 'a file of annotations, a folder of videos, or tar files'],
  captions: ['<file>', 'captions that tgm caption wrote, in place of those of the set'],
  templates: ['"a video of {}"', 'captions from the class, for videos without'],
  descriptions: ['<file>', 'texts about each class, JSON: further captions from the class'],
  caption: ['"…"', 'the caption of videos that have none after all that'],
};

const badRows: About = ['refuse|skip', 'what to do about a row that cannot be right; default refuse'];
const annotated = {
  videos: ['<folder>', 'where the videos lie'] as About,
  path: ['', 'a function from a published path to the one that a video has'] as About,
  badRows,
};

/** A word on each option of each reader. */
const READERS: {
  readonly [F in FormatName]: Readonly<Record<keyof Formats[F]['options']['fields'], About>>;
} = {
  folder: {
    caption: COMMON_ABOUT.caption,
    classes: ['folders', 'the folders that videos lie in are their classes'],
  },
  jsonl: { badRows },
  csv: { badRows },
  kinetics: {
    ...annotated,
    layout: ['flat|by-class', 'all clips in one folder, or a folder for each class'],
    classes: ['<name>', 'names of the classes in their order; default: those in the file, sorted'],
  },
  'something-something': { ...annotated, labels: ['<file>', 'the published file of labels'] },
  ucf101: { ...annotated, classes: ['<file>', 'classInd.txt'] },
  hmdb51: {
    ...annotated,
    split: ['1|2|3', 'which of the published splits'],
    part: ['train|test', 'which part of it'],
  },
  diving48: { ...annotated, vocabulary: ['<file>', 'Diving48_vocab.json'] },
  'epic-kitchens': {
    ...annotated,
    label: ['verb|noun', 'which is the label; default both'],
    classes: ['<file>', 'the published files of classes, as --classes.verb and --classes.noun'],
  },
  internvid: annotated,
  'msr-vtt': {
    ...annotated,
    split: ['train|validate|test', 'the videos of one split'],
    only: ['<file>', 'a CSV file that lists the videos to take'],
  },
  'msr-vtt-pairs': annotated,
  shards: { cache: ['<folder>', 'where videos are unpacked when they are asked for'] },
};

function sectionOf(name: 'data' | 'validation'): Section {
  const groups = Object.fromEntries(
    FORMAT_NAMES.map((reader) => {
      const { fields } = datasetFormats[reader].options as unknown as OptionTable<Fields>;
      // What lies there told the format, where it was not given.
      const format = optional(oneOf([reader]), reader);
      const table = optionTable(name, { ...fields, ...COMMON, format }, CliError);
      return [reader, optionGroup(table, { ...READERS[reader], ...COMMON_ABOUT }, `--format ${reader}`)];
    }),
  ) as Readonly<Record<FormatName, OptionGroup>>;
  const common = optionGroup(optionTable(name, COMMON, CliError), COMMON_ABOUT);
  return {
    name,
    groups: [common, ...Object.values(groups)],
    async choose({ format, source }) {
      const known = FORMAT_NAMES.find((reader) => reader === format);
      if (known) return groups[known];
      const isGiven =
        typeof source === 'string' ||
        (Array.isArray(source) && source.every((each) => typeof each === 'string'));
      // Without a source or with a wrong format the table says so.
      if (format !== undefined || !isGiven) return common;
      return groups[await detectFormat(source as string | readonly string[])];
    },
  };
}

/** The videos: the options of the reader that the format names, or that what lies there tells. */
export const dataSection: Section = sectionOf('data');

/** Labelled videos that are measured on, with the same options: `--validation.source`. Put it before `data`, whose flags are the short ones. */
export const validationSection: Section = { ...sectionOf('validation'), optional: true };
