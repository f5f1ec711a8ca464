import { writeFile } from 'node:fs/promises';
import { readCaptions } from '@tgm/models';
import type { Collective } from '@tgm/train';
import type { VideoDataset } from '@tgm/video-io';
import { ownPart } from '../config/part.js';
import type { CaptionOptions } from './caption-section.js';
import { joinCaptions, linesOf, partPath } from './join-captions.js';
import { type CaptionedVideo, writeCaptions } from './write-captions.js';

/**
 * Describes a data set's videos by several processes, each a share of them. They write files of their own beside the one of all, which
 * become one file at the end, in the order of the data set. What an earlier job that was stopped left is taken over first.
 *
 * @throws as `writeCaptions` and `joinCaptions`; the signal's reason, and then the files of the processes stay.
 */
export async function* captionTogether(
  dataset: VideoDataset,
  options: CaptionOptions,
  collective: Collective,
  signal: AbortSignal,
): AsyncGenerator<CaptionedVideo> {
  const { rank, size } = collective;
  const { out, shard = '0/1' } = options;
  if (rank === 0) await joinCaptions(out);
  if (size === 1) {
    yield* writeCaptions(dataset, options, signal);
    return;
  }
  await collective.barrier();
  const own = partPath(out, rank, size);
  // So that what is known, and of which model, is seen by each of them.
  await writeFile(own, linesOf(await readCaptions(out)));
  yield* writeCaptions(dataset, { ...options, out: own, shard: ownPart(shard, collective) }, signal);
  signal.throwIfAborted();
  await collective.barrier();
  if (rank === 0) await joinCaptions(out, dataset);
}
