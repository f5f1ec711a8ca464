import { optional, optionTable, text, wholeNumber } from '@tgm/options';
import { type PrepareShardsOptions, prepareShardsOptions } from '@tgm/video-io';
import { partField } from '../config/part.js';
import { optionGroup, section } from '../config/section.js';
import { CliError } from '../program/errors.js';

type Taken = 'output' | 'samplesPerShard' | 'encoding' | 'refusedShare' | 'retryRefused' | 'limits';

/** What `tgm shards` does beside the options of `prepareShards`. */
export interface ShardsOptions extends Pick<PrepareShardsOptions, Taken> {
  /** Which part of the work this is, such as `3/16`, from 0. Default `0/1`: all of it. */
  readonly shard?: string;
  /** A folder whose files go along with the samples whose ids they begin with: `<id>.<ending>`, slashes in the id as `_`. */
  readonly attach?: string;
  /** Threads that decode beside the encoder. Default 1. */
  readonly threads?: number;
}

const { output, samplesPerShard, encoding, refusedShare, retryRefused, limits } = prepareShardsOptions.fields;

export const shardsTable = optionTable(
  'shards',
  {
    output,
    shard: optional(partField(), '0/1'),
    samplesPerShard,
    encoding,
    attach: optional(text()),
    threads: optional(wholeNumber({ from: 1 }), 1),
    refusedShare,
    retryRefused,
    limits,
  } satisfies Record<keyof ShardsOptions, unknown>,
  CliError,
);

export const shardsSection = section(
  'shards',
  optionGroup(shardsTable, {
    output: ['<folder>', 'where the shards are written'],
    shard: ['<i>/<n>', 'which part of the work this is, from 0; default 0/1, all of it'],
    samplesPerShard: ['<n>', 'samples in a tar file; default 256'],
    encoding: ['', 'how videos are made: --encoding.short-side, .gop, .crf, .max-frames'],
    attach: ['<folder>', 'files whose names begin with an id and a dot go along with that sample'],
    threads: ['<n>', 'threads that decode beside the encoder; default 1'],
    refusedShare: ['<0 to 1>', 'more refused videos than this part of all end the run; default 0.1'],
    retryRefused: ['', 'try videos again that an earlier run refused'],
    limits: ['', 'what a video may cost: --limits.pixels, .duration, .time and so on'],
  }),
);
