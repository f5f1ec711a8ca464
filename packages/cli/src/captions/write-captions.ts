import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Captioner, captioner, captionVideos, commandCaptioner, readCaptions } from '@tgm/models';
import { sampleAt, type VideoDataset, VideoError, type VideoSample, videoPool } from '@tgm/video-io';
import { partOf } from '../config/part.js';
import { CliError } from '../program/errors.js';
import { ahead } from './ahead.js';
import { type CaptionOptions, type CommonCaptionOptions, captionSection } from './caption-section.js';
import { type KeyPicture, keyPictures } from './key-pictures.js';

/** A video that was described, was known already, or cannot be read. */
export type CaptionedVideo = {
  readonly id: string;
  /** Videos so far, this one among them. */
  readonly done: number;
  /** Videos of this part. */
  readonly total: number;
} & (
  | { readonly kind: 'described' | 'known'; readonly captions: readonly string[] }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
);

/**
 * Describes key frames of a data set's videos, or of this part of them, into a file of captions. What the file has from the same
 * model and revision stays, so a run that was stopped goes on. A video that cannot be read is passed by.
 *
 * @param signal ends the work behind the video in hand.
 * @throws CliError `OPTION_INVALID`; `VIDEOS_INVALID` where more videos than `refusedShare` cannot be read. ModelError as
 *   `captionVideos` and the captioner throw, VideoError for faults of the system.
 */
export async function* writeCaptions(
  dataset: VideoDataset,
  options: CaptionOptions,
  signal?: AbortSignal,
): AsyncGenerator<CaptionedVideo> {
  const { table } = await captionSection.choose({ ...options });
  const checked = table.check(options) as unknown as Required<CommonCaptionOptions>;
  const { out, frames, shard, threads, longSide, refusedShare, ...own } = checked;
  const describing = await captionerOf(own);
  const pool = videoPool({ workers: threads });
  try {
    const total = partSize(dataset.length, shard);
    const known = await knownIds(out, describing);
    const most = Math.ceil(refusedShare * total);
    const refused: { readonly id: string; readonly error: VideoError }[] = [];
    const load = async (sample: VideoSample): Promise<readonly KeyPicture[] | VideoError> => {
      if (known.has(sample.id)) return [];
      return keyPictures(pool, sample, frames, longSide).catch((error: unknown) => {
        if (error instanceof VideoError && error.fault === 'file') return error;
        throw error;
      });
    };
    const videos = async function* () {
      for await (const { entry, loaded } of ahead(samplesOf(dataset, shard), threads, load)) {
        if (signal?.aborted) return;
        const pictures = await loaded;
        if (!(pictures instanceof VideoError)) yield { id: entry.id, keyFrames: async () => pictures };
        else if (refused.push({ id: entry.id, error: pictures }) > most)
          throw tooMany(refused.length, total, pictures);
      }
    };
    let [done, told] = [0, 0];
    const refusals = function* (): Generator<CaptionedVideo> {
      for (; told < refused.length; told++) {
        const { id, error } = refused[told]!;
        yield { kind: 'refused', id, code: error.code, message: error.message, done: ++done, total };
      }
    };
    for await (const { record, known: before } of captionVideos(out, videos(), describing)) {
      yield* refusals();
      yield {
        kind: before ? 'known' : 'described',
        id: record.id,
        captions: record.captions,
        done: ++done,
        total,
      };
    }
    yield* refusals();
  } finally {
    await Promise.all([pool.close(), describing.dispose()]);
  }
}

/** The captioner that options which the section's table has checked ask for. */
async function captionerOf(own: object): Promise<Captioner> {
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  if ('command' in given) return commandCaptioner(given as never);
  // Transformers.js looks for a relative folder among its own models.
  const { model } = given as { model: string };
  return captioner({ ...given, model: existsSync(model) ? resolve(model) : model } as never);
}

async function knownIds(out: string, { model, revision }: Captioner): Promise<ReadonlySet<string>> {
  const records = await readCaptions(out);
  return new Set(
    records.filter((record) => record.model === model && record.revision === revision).map(({ id }) => id),
  );
}

async function* samplesOf(dataset: VideoDataset, shard: string): AsyncGenerator<VideoSample> {
  const { index, count } = partOf(shard)!;
  for (let place = index; place < dataset.length; place += count) yield sampleAt(dataset, place);
}

function partSize(length: number, shard: string): number {
  const { index, count } = partOf(shard)!;
  return Math.max(0, Math.ceil((length - index) / count));
}

const tooMany = (refused: number, total: number, cause: VideoError): CliError =>
  new CliError('VIDEOS_INVALID', {
    where: 'caption.refusedShare',
    expected: 'fewer videos that cannot be read',
    received: `${refused} of ${total}`,
    advice: 'Raise it by --refused-share, or mend the videos.',
    cause,
  });
