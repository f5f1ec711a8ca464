import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { VideoError } from '../errors.js';
import { isSampleFault } from '../loader/sample-fault.js';
import type { VideoPool } from '../pool/video-pool.js';
import type { VideoDataset, VideoSample } from '../video.js';
import { encodeSection, planEncoding, type ShardEncoding } from './reencode.js';
import { sectionsAhead } from './sections-ahead.js';
import {
  readReport,
  requireSamples,
  type ShardReport,
  type ShardSettings,
  writeReport,
} from './shard-report.js';
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
  /** More files for a sample, by ending: cached scores, say. An ending other than `mp4`, `json` and `txt`. */
  readonly attach?: (sample: VideoSample) => Promise<Readonly<Record<string, Uint8Array>>>;
  /** Ends the work behind the tar file in hand, which is given up. */
  readonly signal?: AbortSignal;
}

const OWN_ENDINGS = ['mp4', 'json', 'txt'] as const;

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
 * Re-encodes a data set into WebDataset shards: the shorter side scaled, a constant frame rate, a short GOP and x264
 * settings under which motion vectors follow the content (`encodeVideo`), with captions, label and attached files.
 * Samples whose video cannot be read are refused, with the reason, in the report beside their tar file.
 *
 * A run can be stopped and started again, or the same part run twice: a tar file whose report is there is not made
 * again. Tar files and reports appear only when they are complete, and do not depend on how the work was parted.
 *
 * @throws {VideoError} `SHARDS_DIFFER` when the folder holds reports of other settings or another data set,
 * `OPTION_INVALID`; `VIDEO_ENCODE_FAILED` and errors of the file system end the run.
 */
export async function* prepareShards(options: PrepareShardsOptions): AsyncGenerator<PreparedShard> {
  const { dataset, output, samplesPerShard = 256, part = { index: 0, count: 1 }, signal } = options;
  const whole = [samplesPerShard, part.count, part.index + 1].every(
    (value) => Number.isInteger(value) && value >= 1,
  );
  if (!whole || part.index >= part.count) {
    throw new VideoError('OPTION_INVALID', {
      where: 'prepareShards',
      expected: 'samples per shard of 1 or more and a part from 0',
      received: `${samplesPerShard} samples and part ${part.index} of ${part.count}`,
    });
  }
  const settings = {
    dataset: dataset.name,
    samples: dataset.length,
    samplesPerShard,
    ...planEncoding(options.encoding),
  };
  await mkdir(output, { recursive: true });
  const shards = Math.ceil(dataset.length / samplesPerShard);
  for (let shard = part.index; shard < shards && !signal?.aborted; shard += part.count) {
    const name = `shard-${String(shard).padStart(6, '0')}`;
    const reportPath = join(output, `${name}.json`);
    const earlier = await readReport(reportPath, settings);
    if (earlier) {
      await requireSamples(reportPath, earlier, dataset, rangeOf(settings, shard));
      yield { shard, shards, fresh: false, report: earlier };
      continue;
    }
    const report = await makeShard(options, settings, shard, name);
    if (report) yield { shard, shards, fresh: true, report };
  }
}

/** The samples of a tar file, end exclusive. */
function rangeOf({ samples, samplesPerShard }: ShardSettings, shard: number) {
  const start = shard * samplesPerShard;
  return { start, end: Math.min(start + samplesPerShard, samples) };
}

/** Undefined when the run is stopped meanwhile. */
async function makeShard(
  options: PrepareShardsOptions,
  settings: ShardSettings,
  shard: number,
  name: string,
): Promise<ShardReport | undefined> {
  const { dataset, output, pool, attach, signal } = options;
  const range = rangeOf(settings, shard);
  const done: ShardReport['done'][number][] = [];
  const refused: ShardReport['refused'][number][] = [];
  const digits = String(dataset.length - 1).length;

  async function* samples(): AsyncGenerator<ShardSample> {
    for await (const { index, sample, section } of sectionsAhead(dataset, pool, settings, range)) {
      signal?.throwIfAborted();
      if (isSampleFault(section)) {
        refused.push({ id: sample.id, source: sample.source, code: section.code, message: section.message });
        continue;
      }
      const key = String(index).padStart(digits, '0');
      const { captions, label } = sample;
      const className = label === undefined ? undefined : dataset.classes?.[label];
      const frames = section.clip.times.length;
      const facts = { id: sample.id, captions, label, className, frames, fps: section.fps };
      done.push({ id: sample.id, key, frames });
      const attached = (await attach?.(sample)) ?? {};
      const taken = OWN_ENDINGS.find((ending) => ending in attached);
      if (taken) {
        throw new VideoError('OPTION_INVALID', {
          where: `prepareShards, what attach gave for "${sample.id}"`,
          expected: `endings other than ${OWN_ENDINGS.join(', ')}`,
          received: taken,
        });
      }
      yield {
        key,
        files: {
          mp4: await encodeSection(output, section, settings),
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
    const written = await writeShard(tar, samples());
    if (written === 0) await rm(tar, { force: true });
    const report = { file: written > 0 ? `${name}.tar` : null, settings, done, refused };
    await writeReport(join(output, `${name}.json`), report);
    return report;
  } catch (error) {
    if (signal?.aborted) return undefined;
    throw error;
  }
}
