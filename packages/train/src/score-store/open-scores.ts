import type { PictureTextEncoder } from '@tgm/masking';
import { ModelError, openSafetensors, tellDifferences } from '@tgm/models';
import { type Description, objectWith, optional, optionTable, showValue, text } from '@tgm/options';
import { sampleAt, type VideoDataset, type VideoSample } from '@tgm/video-io';
import { blamedOnSample } from '../data/example-fault.js';
import { datasetField } from '../data/option-fields.js';
import { TrainError } from '../errors.js';
import { captionDigest } from './caption-digest.js';
import { recentlyUsed } from './recently-used.js';
import {
  blankName,
  NUMBERS,
  type ScoreIndex,
  type StoredVideo,
  scoreFolder,
  scoresName,
  squareName,
  timesName,
} from './score-folder.js';

export interface OpenScoresOptions {
  /** The encoder that the scores have to be of: its description and its weights. */
  readonly encoder?: Pick<PictureTextEncoder, 'describe' | 'digest'>;
  /**
   * The data set that is going to be read by them. Some of its samples, evenly spread, are looked for by ids and captions. It need not be
   * the one that was scored: shards that were made of the same videos go too.
   */
  readonly dataset?: VideoDataset;
}

/** How well each cell of a video's frames matches a caption. */
export interface StoredScores {
  /** [F, rows, columns] cosine similarity, over the whole picture. */
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
  /** What the encoder says of places alone: of a picture that has the video's median colour everywhere. */
  readonly blank: {
    /** [rows, columns], as the frames. */
    readonly picture: Float32Array;
    /** [side, side] of a square picture. */
    readonly square: Float32Array;
    readonly side: number;
  };
  /** [F] seconds on the video's clock, ascending. */
  readonly times: Float64Array;
  /** Of a frame as it is shown, in pixels. */
  readonly size: { readonly width: number; readonly height: number };
}

/** Scores that lie in a folder. Of the files only what is asked for is read; about 100 bytes a sample stay in memory. */
export interface ScoreStore {
  /** All that decided what was written. */
  readonly index: ScoreIndex;
  /** Samples with scores. */
  readonly count: number;
  /** @throws TrainError `SCORES_MISSING` for a sample or a caption without scores, `SCORES_DAMAGED`, `SCORES_FAILED` */
  read(id: string, caption: string): Promise<StoredScores>;
  describe(): Description;
}

const OPTIONS = optionTable(
  'openScores',
  {
    encoder: optional(
      objectWith<Pick<PictureTextEncoder, 'describe' | 'digest'>>('an encoder', ['describe', 'digest']),
    ),
    dataset: optional(datasetField()),
  } satisfies Record<keyof OpenScoresOptions, unknown>,
  TrainError,
);

/** Shards whose header is kept, so that a few that are read in turn are not opened each time. */
const SHARDS_KEPT = 32;

/**
 * Opens a folder that `writeScores` has filled. Each shard is compared with its digest when it is first read.
 *
 * @throws TrainError `OPTION_INVALID`; `SCORES_MISSING` where the folder has none, not all of its shards, or none of a sample;
 *   `SCORES_DIFFER` where they are of another encoder than the one given, or shards are of different runs; `SCORES_DAMAGED`,
 *   `SCORES_FAILED`.
 */
export async function openScores(folder: string, options: OpenScoresOptions = {}): Promise<ScoreStore> {
  optionTable('openScores', { folder: text() }, TrainError).check({ folder });
  const { encoder, dataset } = OPTIONS.check(options);
  const files = scoreFolder(folder);
  const { index, digest } = await files.readIndex();
  const given = {
    ...(encoder && { encoder: encoder.describe(), weights: await encoder.digest() }),
  };
  requireSame(folder, index, given);
  const shardOf = new Map<string, number>();
  const leftOut = new Map<string, string>();
  const shards = Math.ceil(index.samples / index.shardSize);
  for (let shard = 0; shard < shards; shard++) {
    const path = files.path(shard, 'json');
    const record = await files.readRecord(shard, digest);
    if (!record)
      throw new TrainError('SCORES_MISSING', {
        where: path,
        expected: `one of ${shards} shards`,
        received: 'none',
        advice: 'Call `writeScores` again, for each of its ranks: it goes on.',
      });
    await files.requireBytes(files.path(shard, NUMBERS), record.file);
    for (const { id } of record.videos) {
      if (shardOf.has(id)) throw files.damaged(path, 'each id once', showValue(id));
      shardOf.set(id, shard);
    }
    for (const { id, code } of record.leftOut) leftOut.set(id, code);
  }
  await files.requireNoShardFrom(shards);

  const verified = new Set<number>();
  async function open(shard: number) {
    const [path, record] = [files.path(shard, NUMBERS), await files.readRecord(shard, digest)];
    if (!record) throw files.damaged(files.path(shard, 'json'), 'a record', 'none any more');
    if (!verified.has(shard)) {
      const { sha256 } = await files.fileFacts(path);
      if (sha256 !== record.file.sha256)
        throw files.damaged(
          path,
          `contents with the SHA-256 ${record.file.sha256}`,
          `others, with ${sha256}`,
        );
      verified.add(shard);
    }
    const numbers = await openSafetensors(path).catch((error: unknown) => {
      throw error instanceof ModelError ? files.damaged(path, error.expected, error.received, error) : error;
    });
    return { path, numbers, videos: new Map(record.videos.map((video) => [video.id, video])) };
  }
  const opened = recentlyUsed(SHARDS_KEPT, open);

  function shardOfSample(id: string): number {
    const shard = shardOf.get(id);
    if (shard === undefined) throw sampleMissing(folder, id, leftOut.get(id));
    return shard;
  }
  /** The name of a caption of a video. */
  function nameOf(id: string, { captions }: StoredVideo, caption: string): string {
    const name = captionDigest(caption);
    if (captions.includes(name)) return name;
    throw new TrainError('SCORES_MISSING', {
      where: `${folder}, sample "${id}"`,
      expected: `one of the ${captions.length} captions that it was scored against`,
      received: showValue(caption),
      advice: 'Score the videos against these captions, into another folder.',
    });
  }
  if (dataset)
    for (const { id, captions } of await spreadSamples(dataset)) {
      if (captions.length === 0 || leftOut.has(id)) continue;
      const { videos } = (await files.readRecord(shardOfSample(id), digest))!;
      const video = videos.find((each) => each.id === id)!;
      for (const caption of captions) nameOf(id, video, caption);
    }

  return {
    index,
    count: shardOf.size,
    describe: () => {
      const { shardSize: _, ...told } = index;
      return { is: 'scores', ...told, frames: { ...told.frames } };
    },
    async read(id, caption) {
      const { path, numbers, videos } = await opened(shardOfSample(id));
      const video = videos.get(id)!;
      const { rows, columns, side, width, height, frames } = video;
      const name = nameOf(id, video, caption);
      const wanted = [
        { tensor: scoresName(id, name), dtype: 'F16', shape: [frames, rows, columns] },
        { tensor: blankName(id, name), dtype: 'F16', shape: [rows, columns] },
        { tensor: squareName(id, name), dtype: 'F16', shape: [side, side] },
        { tensor: timesName(id), dtype: 'F64', shape: [frames] },
      ];
      const names = wanted.map(({ tensor }) => tensor);
      const found = await numbers.readSeveral(names).catch((error: unknown) => {
        throw error instanceof ModelError
          ? files.damaged(path, error.expected, error.received, error)
          : error;
      });
      const [values, picture, square, times] = wanted.map(({ tensor, dtype, shape }, at) => {
        const { dtype: type, shape: of, data } = found[at] ?? {};
        if (type === dtype && String(of) === String(shape)) return data;
        throw files.damaged(path, `a tensor "${tensor}" of ${dtype} [${shape}]`, showValue(of));
      });
      return {
        values: values as Float32Array,
        times: times as Float64Array,
        blank: { picture: picture as Float32Array, square: square as Float32Array, side },
        ...{ rows, columns, size: { width, height } },
      };
    },
  };
}

/** Samples of a data set that are looked for when a store is opened; each is asked for again when it is read. */
const LOOKED_FOR = 64;

const spreadSamples = (dataset: VideoDataset): Promise<VideoSample[]> => {
  const count = Math.min(LOOKED_FOR, dataset.length);
  const at = (number: number): number => Math.floor((number * dataset.length) / count);
  return Promise.all(Array.from({ length: count }, (_, number) => sampleAt(dataset, at(number))));
};

/** @throws TrainError `SCORES_DIFFER` */
function requireSame(folder: string, index: ScoreIndex, given: Partial<ScoreIndex>): void {
  const stored = Object.fromEntries(
    Object.keys(given).map((name) => [name, index[name as keyof ScoreIndex]]),
  );
  const differences = tellDifferences(stored, given);
  if (differences === undefined) return;
  throw new TrainError('SCORES_DIFFER', {
    where: folder,
    expected: 'scores of the encoder that is given',
    received: `other ones: ${differences}`,
    advice: 'Take the one of which they are, or score the videos into another folder.',
  });
}

/** @param code why it was left out, where it was. */
function sampleMissing(folder: string, id: string, code: string | undefined): TrainError {
  const error = new TrainError('SCORES_MISSING', {
    where: `${folder}, sample "${id}"`,
    expected: 'its scores',
    received: code === undefined ? 'none: it is no sample of theirs' : `none: it was left out, for ${code}`,
  });
  return code === undefined ? error : blamedOnSample(error);
}
