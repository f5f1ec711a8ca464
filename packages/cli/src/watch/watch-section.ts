import { optional, optionTable, text, wholeNumber } from '@tgm/options';
import { optionGroup, section } from '../config/section.js';
import { CliError } from '../program/errors.js';

/** What `tgm watch` shows, and where. */
export interface WatchOptions {
  /** The folder of a run, or one with runs in it. */
  readonly run: string;
  /** Of 127.0.0.1. Default 4680; 0 takes a free one. */
  readonly port?: number;
}

export const watchTable = optionTable(
  'watch',
  {
    run: text(),
    port: optional(wholeNumber({ from: 0, to: 65_535 }), 4680),
  } satisfies Record<keyof WatchOptions, unknown>,
  CliError,
);

export const watchSection = section(
  'watch',
  optionGroup(watchTable, {
    run: ['<folder>', 'the folder of a run, or one with runs in it'],
    port: ['<n>', 'port of 127.0.0.1; default 4680, 0 for a free one'],
  }),
);
