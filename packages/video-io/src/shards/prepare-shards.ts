import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { callable, flag, nested, number, optional, optionTable, showValue, wholeNumber } from '@tgm/options';
import { someLimits, type VideoLimits } from '../container/limits.js';
import { classNameOf } from '../datasets/label.js';
import { VIDEO_ENDINGS } from '../datasets/video-endings.js';
import { VideoError } from '../errors.js';
import { isSampleFault } from '../loader/sample-fault.js';
import * as fields from '../option-fields.js';
import { poolField } from '../pool/pool-field.js';
import type { VideoPool } from '../pool/video-pool.js';
import { systemFailed } from '../system-failure.js';
import type { VideoDataset, VideoSample } from '../video.js';
import { encodeSection, type ShardEncoding, shardEncoding } from './reencode.js';
import { hasChanged, type Refusals, refusals, refuse } from './refusals.js';
import { requireSameSamples } from './require-same-samples.js';
import { sectionsAhead } from './sections-ahead.js';
import {
  type RefusedSample,
  readReport,
  type ShardReport,
  type ShardSettings,
  writeReport,
} from './shard-report.js';
import { openWorkFolder } from './work-folder.js';
import { type ShardSample, writeShard } from './write-shard.js';

export interface PrepareShardsOptions {
  readonly dataset: VideoDataset;
  /** Folder of the shards. It is made where it is missing. */
  readonly output: string;
  /** Decodes ahead of the encoder, which works on the calling thread. */
  readonly pool: VideoPool;
  /** Samples of the data set that go into one tar file. Default 256: some 100 MB of ten-second videos. */
  readonly samplesPerShard?: number;
  /** This process's part of the work: tar files index, index + count, … Default: all of them. */
  readonly part?: { readonly index: number; readonly count: number };
  readonly encoding?: ShardEncoding;
  /**
   * More files for a sample, by ending: cached scores, say. No ending of a video, `json` or `txt`. `readShards` gives them
   * back by `content`.
   */
  readonly attach?: Attach;
  /** What a video may cost. Default: the pool's own limits. */
  readonly limits?: Partial<VideoLimits>;
  /** The part of the samples that may be refused, 0-1, rounded up to whole samples. More end the run. Default 0.1. */
  readonly refusedShare?: number;
  /** Make those tar files again of which samples were refused, even if their videos are the same. Default false. */
  readonly retryRefused?: boolean;
  /** Ends the work behind the tar file in hand, which is given up. */
  readonly signal?: AbortSignal;
}

/** The options of `prepareShards`, for programs that ask a person for them. */
export const prepareShardsOptions = optionTable(
  'prepareShards',
  {
    dataset: fields.dataset(),
    output: fields.path(),
    pool: poolField(),
    samplesPerShard: optional(fields.count(), 256),
    part: optional(nested({ index: wholeNumber({ from: 0 }), count: fields.count() }), {
      index: 0,
      count: 1,
    }),
    encoding: optional(shardEncoding(), {} as never),
    attach: optional(callable<Attach>()),
    limits: optional(someLimits(), {}),
    refusedShare: optional(number({ from: 0, to: 1 }), 0.1),
    retryRefused: optional(flag(), false),
    signal: optional(fields.signal()),
  } satisfies Record<keyof PrepareShardsOptions, unknown>,
  VideoError,
);

type Attach = (sample: VideoSample) => Promise<Readonly<Record<string, Uint8Array>>>;
type Preparation = ReturnType<typeof prepareShardsOptions.check>;

const OWN_ENDINGS: readonly string[] = ['mp4', 'json', 'txt'];

/** A tar file that is there now. */
export interface PreparedShard {
  /** Number of the tar file, and how many the whole data set has. */
  readonly shard: number;
  readonly shards: number;
  /** False when an earlier run had made it. */
  readonly fresh: boolean;
  readonly report: ShardReport;
}

/**
 * Re-encodes a data set into WebDataset shards: every source frame once, the shorter side scaled, a short GOP and x264
 * settings under which motion vectors follow the content (`encodeVideo`), with captions, label and attached files.
 * Samples whose video cannot be read are refused, with the reason, in the report beside their tar file. More of them than
 * `refusedShare` end the run. A fault of the system ends it at once: it refuses no sample.
 *
 * A run can be stopped and started again, or the same part run twice: a tar file whose report is there is not made
 * again, unless a video that was refused is another file now, or `retryRefused` says so. Tar files and reports appear only
 * when they are complete, and do not depend on how the work was parted. Until then they lie in a folder `.work-…` of the output; that of
 * a process that was killed goes when the next tar file is made.
 *
 * @throws {VideoError} `SHARDS_DIFFER` when the folder holds reports of other settings or another data set, or tar files with other
 * captions or labels of their samples; `SHARD_INVALID` for a tar file that is broken; `OPTION_INVALID`, `TOO_MANY_BAD_SAMPLES`, `VIDEO_ENCODE_FAILED`, `SYSTEM_FAILED`.
 */
export async function* prepareShards(options: PrepareShardsOptions): AsyncGenerator<PreparedShard> {
  const plan = prepareShardsOptions.check(options);
  const { dataset, output, samplesPerShard, part, encoding, signal } = plan;
  if (part.index >= part.count) {
    throw new VideoError('OPTION_INVALID', {
      where: 'prepareShards, option part',
      expected: 'an index below count',
      received: showValue(part),
    });
  }
  const settings = { dataset: dataset.name, samples: dataset.length, samplesPerShard, ...encoding };
  await mkdir(output, { recursive: true }).catch((error: Error) => {
    throw systemFailed(output, 'a folder that can be made', error);
  });
  const shards = Math.ceil(dataset.length / samplesPerShard);
  const own = Array.from({ length: shards }, (_, shard) => shard).filter(
    (shard) => shard % part.count === part.index,
  );
  const samples = own
    .map((shard) => rangeOf(settings, shard))
    .reduce((sum, { start, end }) => sum + end - start, 0);
  const refused = refusals(plan.refusedShare, samples);
  const earlierOf = async (shard: number): Promise<ShardReport | undefined> => {
    const path = join(output, `${nameOf(shard)}.json`);
    const report = await readReport(path, settings);
    if (report) await requireSameSamples(path, report, dataset, rangeOf(settings, shard));
    return report;
  };
  // One tar file of another part is enough to know that it was made of another data set.
  for (let shard = 0; shard < shards; shard++)
    if (shard % part.count !== part.index && (await earlierOf(shard))) break;
  for (const shard of own) {
    if (signal?.aborted) return;
    const name = nameOf(shard);
    const earlier = await earlierOf(shard);
    const retried =
      earlier && earlier.refused.length > 0 && (plan.retryRefused || (await hasChanged(earlier.refused)));
    if (earlier && !retried) {
      refused.count(earlier.refused);
      yield { shard, shards, fresh: false, report: earlier };
      continue;
    }
    const report = await makeShard(plan, settings, shard, name, refused);
    if (report) yield { shard, shards, fresh: true, report };
  }
}

const nameOf = (shard: number): string => `shard-${String(shard).padStart(6, '0')}`;

/** The samples of a tar file, end exclusive. */
function rangeOf({ samples, samplesPerShard }: ShardSettings, shard: number) {
  const start = shard * samplesPerShard;
  return { start, end: Math.min(start + samplesPerShard, samples) };
}

/** Undefined when the run is stopped meanwhile. */
async function makeShard(
  plan: Preparation,
  settings: ShardSettings,
  shard: number,
  name: string,
  refusedSoFar: Refusals,
): Promise<ShardReport | undefined> {
  const { dataset, output, pool, attach, limits, signal } = plan;
  const range = rangeOf(settings, shard);
  const done: ShardReport['done'][number][] = [];
  const refused: RefusedSample[] = [];
  const digits = String(dataset.length - 1).length;
  const work = await openWorkFolder(output);

  async function* samples(): AsyncGenerator<ShardSample> {
    for await (const { index, sample, section } of sectionsAhead(dataset, pool, settings, limits, range)) {
      signal?.throwIfAborted();
      if (isSampleFault(section)) {
        const bad = await refuse(sample, section);
        refused.push(bad);
        refusedSoFar.count([bad], section);
        continue;
      }
      const key = String(index).padStart(digits, '0');
      const { captions, label } = sample;
      const className = classNameOf(label, dataset.classes);
      const frameCount = section.clip.times.length;
      const facts = { id: sample.id, captions, label, className, frameCount, fps: section.fps };
      done.push({ id: sample.id, key, frameCount });
      const attached = (await attach?.(sample)) ?? {};
      requireForeign(sample, Object.keys(attached));
      yield {
        key,
        files: {
          mp4: await encodeSection(work.path, section, settings),
          json: Buffer.from(`${JSON.stringify(facts)}\n`),
          ...(captions.length > 0 && {
            txt: Buffer.from(captions.map((caption) => `${caption}\n`).join('')),
          }),
          ...attached,
        },
      };
    }
  }

  try {
    const tar = join(output, `${name}.tar`);
    const whole = join(work.path, `${name}.tar`);
    const written = await writeShard(whole, samples());
    if (written === 0) await rm(tar, { force: true });
    else
      await rename(whole, tar).catch((error: Error) =>
        Promise.reject(systemFailed(tar, 'to write the file', error)),
      );
    const report = { file: written > 0 ? `${name}.tar` : null, settings, done, refused };
    await writeReport(join(output, `${name}.json`), report, work.path);
    return report;
  } catch (error) {
    if (signal?.aborted) return undefined;
    throw error;
  } finally {
    await work.close();
  }
}

/** Throws for endings under which a reader would find a second video, or not what the sample says. */
function requireForeign({ id }: VideoSample, endings: readonly string[]): void {
  const taken = endings.find((ending) => {
    const small = ending.toLowerCase();
    return OWN_ENDINGS.includes(small) || VIDEO_ENDINGS.has(small);
  });
  if (taken === undefined) return;
  throw new VideoError('OPTION_INVALID', {
    where: `prepareShards, what attach gave for "${id}"`,
    expected: `endings other than ${OWN_ENDINGS.join(', ')} and those of videos`,
    received: taken,
  });
}
