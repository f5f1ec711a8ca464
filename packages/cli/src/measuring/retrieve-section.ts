import { eitherOf, listOf, optional, optionTable, wholeNumber } from '@tgm/options';
import { optionGroup, section } from '../config/section.js';
import { someWords } from '../data/text-fields.js';
import { CliError } from '../program/errors.js';
import { MEASURING_ABOUT, MEASURING_FIELDS, type MeasuringOptions } from './measuring-options.js';

/** Which videos are looked for, by what model. */
export interface RetrieveOptions extends MeasuringOptions {
  /** What is asked for; each of several texts is a question of its own. */
  readonly text: string | readonly string[];
  /** Videos of each answer. Default 10. */
  readonly count?: number;
}

export const retrieveTable = optionTable(
  'retrieve',
  {
    text: eitherOf('a text of some words, or a list of such', someWords(), listOf(someWords(), { from: 1 })),
    ...MEASURING_FIELDS,
    count: optional(wholeNumber({ from: 1 }), 10),
  } satisfies Record<keyof RetrieveOptions, unknown>,
  CliError,
);

export const retrieveSection = section(
  'retrieve',
  optionGroup(retrieveTable, {
    text: ['"a dog runs"', 'what is asked for; several texts are several questions'],
    ...MEASURING_ABOUT,
    count: ['<n>', 'videos of each answer; default 10'],
  }),
);
