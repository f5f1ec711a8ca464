import { rm } from 'node:fs/promises';
import {
  abortableIterator,
  orFailed,
  type ShardFolder,
  type ShardRecord,
  type StoredIndex,
  type WritableTensor,
  writeSafetensors,
} from '@tgm/models';
import { showValue } from '@tgm/options';
import { sampleAt, type VideoDataset } from '@tgm/video-io';
import type { LeftOutSample, OrderedExamples } from '../data/in-order.js';
import { TrainError } from '../errors.js';
import {
  blankName,
  NUMBERS,
  type ScoreIndex,
  type ScoreShard,
  scoreFault,
  scoresName,
  squareName,
  timesName,
} from './score-folder.js';
import { captionsOf, type VideoScores } from './scored-videos.js';

/** What lies in the shards of this rank. */
export interface WrittenScores {
  readonly shards: number;
  /** Samples with scores. */
  readonly count: number;
  /** Samples without, and why. */
  readonly leftOut: readonly LeftOutSample[];
}

/** How far the shards of this rank are. */
export interface ScoreProgress {
  /** Samples that are done, those of earlier runs included. */
  readonly done: number;
  /** Samples of this rank. */
  readonly total: number;
  /** Samples that this run has done itself. */
  readonly fresh: number;
  /** Since it began. */
  readonly seconds: number;
  /** Those that were done since it was told last and have no scores. */
  readonly leftOut: readonly LeftOutSample[];
}

export interface ScoreWork {
  readonly dataset: VideoDataset;
  readonly rank: number;
  readonly ranks: number;
  readonly files: ShardFolder<ScoreIndex, ScoreShard>;
  readonly stored: StoredIndex<ScoreIndex>;
  readonly samples: OrderedExamples<{ scored: VideoScores }>;
  readonly retryLeftOut: boolean;
  readonly onProgress?: ((progress: ScoreProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export async function writeScoreShards(work: ScoreWork): Promise<WrittenScores> {
  const { files, stored, rank, ranks, retryLeftOut, signal } = work;
  const { samples, shardSize } = stored.index;
  const tell = progressTeller(work);
  const ids = new Set<string>();
  const leftOut: LeftOutSample[] = [];
  let [shards, count] = [0, 0];
  for (let shard = rank; shard * shardSize < samples; shard += ranks) {
    signal?.throwIfAborted();
    let earlier = await files.readRecord(shard, stored.digest);
    if (earlier && retryLeftOut && earlier.leftOut.length > 0) {
      // Before its numbers: a record without them says that a file is damaged.
      const path = files.path(shard, 'json');
      await orFailed(scoreFault, path, 'a file that can be removed', rm(path));
      earlier = undefined;
    }
    if (earlier) {
      await files.requireBytes(files.path(shard, NUMBERS), earlier.file);
      await requireSameCaptions(work, shard, earlier);
      tell(earlier.videos.length + earlier.leftOut.length, 0, earlier.leftOut);
    }
    const { videos, leftOut: without } =
      earlier ?? (await writeShard(work, shard, (without) => tell(1, 1, without)));
    for (const { id } of [...videos, ...without]) {
      if (ids.has(id)) throw idTwice(id);
      ids.add(id);
    }
    leftOut.push(...without);
    shards += 1;
    count += videos.length;
  }
  return { shards, count, leftOut };
}

const rangeOf = ({ shardSize, samples }: ScoreIndex, shard: number): readonly [number, number] => [
  shard * shardSize,
  Math.min((shard + 1) * shardSize, samples),
];

async function writeShard(
  { files, stored, samples, signal }: ScoreWork,
  shard: number,
  onSample: (leftOut: readonly LeftOutSample[]) => void,
): Promise<ScoreShard> {
  const scored: VideoScores[] = [];
  const leftOut: LeftOutSample[] = [];
  const found = abortableIterator(samples.read(...rangeOf(stored.index, shard)), signal);
  try {
    for (let next = await found.next(); !next.done; next = await found.next()) {
      const { id, examples, leftOut: why } = next.value;
      const without = why ? [{ id, ...why }] : [];
      leftOut.push(...without);
      for (const { cues } of examples) {
        if (scored.some((other) => other.id === id)) throw idTwice(id);
        scored.push(cues.scored);
      }
      onSample(without);
    }
    signal?.throwIfAborted();
  } finally {
    await found.close();
  }
  const path = files.path(shard, NUMBERS);
  const metadata = { format: 'tgm-scores', index: JSON.stringify(stored.index), digest: stored.digest };
  const write = writeSafetensors(path, tensorsOf(scored), metadata);
  await orFailed(scoreFault, path, 'a path that can be written', write);
  const videos = scored.map(({ times: _times, maps: _maps, blank: _blank, ...video }) => video);
  const record: ShardRecord<ScoreShard> = {
    ...{ index: stored.digest, file: await files.fileFacts(path) },
    ...{ videos, leftOut },
  };
  await files.writeRecord(shard, record);
  return record;
}

function tensorsOf(scored: readonly VideoScores[]): Record<string, WritableTensor> {
  const times = scored.map(({ id, times }): [string, WritableTensor] => [
    timesName(id),
    { dtype: 'F64', shape: [times.length], data: times },
  ]);
  const maps = scored.flatMap(({ id, captions, frames, rows, columns, side, maps, blank }) =>
    captions.flatMap((digest, at): [string, WritableTensor][] => [
      [scoresName(id, digest), { dtype: 'F16', shape: [frames, rows, columns], data: maps[at]! }],
      [blankName(id, digest), { dtype: 'F16', shape: [rows, columns], data: blank[at]!.picture }],
      [squareName(id, digest), { dtype: 'F16', shape: [side, side], data: blank[at]!.square }],
    ]),
  );
  return Object.fromEntries([...times, ...maps]);
}

/**
 * Captions are not in the index: there may be millions.
 * @throws TrainError `SCORES_DIFFER`
 */
async function requireSameCaptions(
  { dataset, files, stored }: ScoreWork,
  shard: number,
  { videos, leftOut }: ScoreShard,
): Promise<void> {
  const silent = leftOut.filter(({ code }) => code === 'TEXT_MISSING');
  const known = new Map<string, readonly string[]>([
    ...videos.map(({ id, captions }) => [id, captions] as const),
    ...silent.map(({ id }) => [id, []] as const),
  ]);
  const [from, to] = rangeOf(stored.index, shard);
  for (let at = from; at < to; at++) {
    const sample = await sampleAt(dataset, at);
    const scored = known.get(sample.id);
    if (scored === undefined) continue;
    const [first] = [...captionsOf(sample)].filter(([digest]) => !scored.includes(digest));
    if (first === undefined && captionsOf(sample).size === scored.length) continue;
    throw new TrainError('SCORES_DIFFER', {
      where: `${files.path(shard, 'json')}, sample "${sample.id}"`,
      expected: `the ${scored.length} captions of earlier`,
      received: first ? `others, such as ${showValue(first[1])}` : `${captionsOf(sample).size} of them`,
      advice:
        scored.length > 0
          ? 'Take those captions, or write into another folder.'
          : 'With `retryLeftOut` its shard is made anew.',
    });
  }
}

const idTwice = (id: string): TrainError =>
  new TrainError('OPTION_INVALID', {
    where: 'writeScores, option dataset',
    expected: 'every id once',
    received: `${showValue(id)} again`,
  });

function progressTeller({ stored, rank, ranks, onProgress }: ScoreWork) {
  const began = performance.now();
  const { samples, shardSize } = stored.index;
  let [total, done, fresh] = [0, 0, 0];
  for (let from = rank * shardSize; from < samples; from += ranks * shardSize)
    total += Math.min(shardSize, samples - from);
  return (more: number, moreFresh: number, leftOut: readonly LeftOutSample[]): void => {
    done += more;
    fresh += moreFresh;
    const seconds = (performance.now() - began) / 1000;
    onProgress?.({ done, total, fresh, seconds, leftOut });
  };
}
