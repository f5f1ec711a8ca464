import { number, oneOf, optional, optionTable, text, wholeNumber } from '@tgm/options';
import type { Device } from '@tgm/tfjs-backend-onnx';
import { type WriteScoresOptions, writeScoresOptions } from '@tgm/train';
import { partField } from '../config/part.js';
import { optionGroup, section } from '../config/section.js';
import { CliError } from '../program/errors.js';
import { DEVICES } from '../training/run-options.js';

type Taken = 'frames' | 'detail' | 'shardSize' | 'retryLeftOut' | 'limits';

/** What `scoreVideos` takes beside the options of `writeScores`. */
export interface ScoreVideosOptions extends Pick<WriteScoresOptions, Taken> {
  /** Folder of the scores. What is in it already is not scored again. */
  readonly output: string;
  /** Which part of the work this is, such as `3/16`, from 0. Default `0/1`: all of it. */
  readonly shard?: string;
  /** Threads that decode videos meanwhile. Default 1. */
  readonly threads?: number;
  /** The part of the videos that may have no scores, 0-1, rounded up. More end the run. Default 0.1. */
  readonly refusedShare?: number;
}

/** The same, and where `tgm score` computes. */
export interface ScoreConfig extends ScoreVideosOptions {
  /** Where the CLIP is computed. Default `cpu`. */
  readonly device?: Device;
}

const { frames, detail, shardSize, retryLeftOut, limits } = writeScoresOptions.fields;

const FIELDS = {
  output: text(),
  shard: optional(partField(), '0/1'),
  frames,
  detail,
  shardSize,
  threads: optional(wholeNumber({ from: 1 }), 1),
  refusedShare: optional(number({ from: 0, to: 1 }), 0.1),
  retryLeftOut,
  limits,
} satisfies Record<keyof ScoreVideosOptions, unknown>;

export const scoreTable = optionTable('scoreVideos', FIELDS, CliError);

const configTable = optionTable(
  'score',
  { ...FIELDS, device: optional(oneOf(DEVICES), 'cpu') } satisfies Record<keyof ScoreConfig, unknown>,
  CliError,
);

/** How a store of scores is filled. */
export const scoreSection = section(
  'score',
  optionGroup(configTable, {
    output: ['<folder>', 'where the scores are written; what is in it already is not scored again'],
    shard: ['<i>/<n>', 'which part of the work this is, from 0; default 0/1, all of it'],
    frames: ['', 'which frames: --frames.seconds <n> or --frames.every <n>; default one each 0.125 s'],
    detail: ['<n>', "patches along the short side, for each of the CLIP's own pictures; default 1.5"],
    shardSize: ['<n>', 'videos of a file, which is what a stop may lose; default 32'],
    device: ['<name>', `where the CLIP is computed: ${DEVICES.join(', ')}; default cpu`],
    threads: ['<n>', 'threads that decode videos meanwhile; default 1'],
    refusedShare: ['<0 to 1>', 'more videos without scores than this part of all end the run; default 0.1'],
    retryLeftOut: ['', 'make files anew in which an earlier run left videos out'],
    limits: ['', 'what a video may cost: --limits.pixels, .duration, .time and so on'],
  }),
);
