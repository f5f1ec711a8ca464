import type { PatchFeaturesVariant } from '@tgm/models';
import { flag, oneOf, optional, optionTable, text } from '@tgm/options';
import { optionGroup, section } from '../config/section.js';
import { CliError } from '../program/errors.js';

/** Which CLIP looks at videos and captions. */
export interface TeacherOptions {
  /**
   * The folder of a CLIP, or its name on the Hub. Default: the tiny one that comes with the package, which knows coloured shapes and
   * nothing else.
   */
  readonly clip?: string;
  /** The model's commit on the Hub, 40 hexadecimal digits, so that the weights are the same ones next year. */
  readonly revision?: string;
  /** Uses what was fetched before, and no network. Default false. */
  readonly offline?: boolean;
  /** Where fetched models are kept. Default: as `hubFolder` of `@tgm/models`. */
  readonly cacheDir?: string;
  /** How patches get their features. Default `value`: what the last block would make of a patch that sees itself alone. */
  readonly variant?: PatchFeaturesVariant;
}

export const teacherTable = optionTable(
  'teacher',
  {
    clip: optional(text()),
    revision: optional(text()),
    offline: optional(flag(), false),
    cacheDir: optional(text()),
    variant: optional(oneOf<PatchFeaturesVariant>(['value', 'value-residual', 'raw']), 'value'),
  } satisfies Record<keyof TeacherOptions, unknown>,
  CliError,
);

export const teacherSection = section(
  'teacher',
  optionGroup(teacherTable, {
    clip: [
      '<folder or name>',
      'the CLIP, or its name on the Hub; default: a tiny one that knows coloured shapes alone',
    ],
    revision: ['<commit>', "the model's commit on the Hub"],
    offline: ['', 'use what was fetched before, and no network'],
    cacheDir: ['<folder>', 'where fetched models are kept'],
    variant: ['value|value-residual|raw', 'how patches get their features; default value'],
  }),
);
