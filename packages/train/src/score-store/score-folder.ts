import { type ShardFault, type ShardFaultKind, type ShardFolder, shardFolder } from '@tgm/models';
import {
  type Description,
  listOf,
  nested,
  number,
  optional,
  optionTable,
  passing,
  text,
  wholeNumber,
} from '@tgm/options';
import type { LeftOutSample } from '../data/in-order.js';
import { TrainError, type TrainErrorCode } from '../errors.js';
import { type ScoredFrames, scoredFramesField } from './scored-frames.js';

/** All that decides what lies in a store, as `index.json` and the header of each shard say it. */
export interface ScoreIndex {
  /** Samples of each shard but the last. */
  readonly shardSize: number;
  /** Samples of all shards. */
  readonly samples: number;
  /** The data set by its name, its length and some of its ids. */
  readonly dataset: Readonly<Record<string, string | number>>;
  readonly frames: ScoredFrames;
  /** Patches along the short side, for each of the encoder's own pictures. */
  readonly detail: number;
  /** The model, its patch features, and what else it tells. */
  readonly encoder: Description;
  /** A digest of its weights. */
  readonly weights: string;
}

/** A video that has scores. */
export interface StoredVideo {
  readonly id: string;
  /** The digest of each caption that it was scored against. */
  readonly captions: readonly string[];
  /** F, scored frames. */
  readonly frames: number;
  /** Cells of a map, over the whole picture. */
  readonly rows: number;
  readonly columns: number;
  /** Cells along a side of a square picture. */
  readonly side: number;
  /** Of a frame as it is shown, in pixels. */
  readonly width: number;
  readonly height: number;
}

/** What the record of a shard says. */
export interface ScoreShard {
  readonly videos: readonly StoredVideo[];
  readonly leftOut: readonly LeftOutSample[];
}

/** Changes when an older version of this package could no longer read what is written. */
const VERSION = 1;

const count = () => wholeNumber({ from: 1 });
const anyText = () => passing('a text', (value): value is string => typeof value === 'string');

const index = optionTable(
  'index.json',
  {
    shardSize: count(),
    samples: count(),
    dataset: passing(
      'what tells the data set',
      (value): value is ScoreIndex['dataset'] => typeof value === 'object' && value !== null,
    ),
    frames: scoredFramesField(),
    detail: number({ above: 0 }),
    encoder: passing(
      'a description',
      (value): value is Description => typeof (value as Partial<Description> | null)?.is === 'string',
    ),
    weights: text(),
  } satisfies Record<keyof ScoreIndex, unknown>,
  TrainError,
);

const record = optionTable(
  'a shard',
  {
    videos: listOf(
      nested({
        id: anyText(),
        captions: listOf(text(), { from: 1 }),
        frames: count(),
        rows: count(),
        columns: count(),
        side: count(),
        width: count(),
        height: count(),
      } satisfies Record<keyof StoredVideo, unknown>),
    ),
    leftOut: listOf(
      nested({
        id: anyText(),
        code: anyText(),
        message: anyText(),
        source: optional(anyText()),
      } satisfies Record<keyof LeftOutSample, unknown>),
    ),
  } satisfies Record<keyof ScoreShard, unknown>,
  TrainError,
);

const CODES: Readonly<Record<ShardFaultKind, TrainErrorCode>> = {
  different: 'SCORES_DIFFER',
  missing: 'SCORES_MISSING',
  damaged: 'SCORES_DAMAGED',
  locked: 'SCORES_LOCKED',
  failed: 'SCORES_FAILED',
};

export const scoreFault: ShardFault = (kind, fault) => new TrainError(CODES[kind], fault);

export const scoreFolder = (folder: string): ShardFolder<ScoreIndex, ScoreShard> =>
  shardFolder<ScoreIndex, ScoreShard>({
    folder,
    things: 'scores',
    writer: 'writeScores',
    version: VERSION,
    index,
    record: { where: record.where, check: (value) => record.check(value) as ScoreShard },
    fault: scoreFault,
  });

/** The ending of a shard's numbers. */
export const NUMBERS = 'safetensors';

/**
 * Names of the tensors of a video: the times of its frames, [F]; its maps for a caption, [F, rows, columns]; what the caption has of a
 * picture of the video's median colour, [rows, columns], and of a square one, [side, side].
 */
export const timesName = (id: string): string => `times/${id}`;
export const scoresName = (id: string, digest: string): string => `scores/${digest}/${id}`;
export const blankName = (id: string, digest: string): string => `blank/${digest}/${id}`;
export const squareName = (id: string, digest: string): string => `square/${digest}/${id}`;
