import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { readCaptions } from '@tgm/models';
import type { Collective } from '@tgm/train';
import type { VideoDataset } from '@tgm/video-io';
import { ownPart } from '../config/part.js';
import { CliError } from '../program/errors.js';
import type { CaptionOptions } from './caption-section.js';
import { joinCaptions, linesOf, partPath } from './join-captions.js';
import { type CaptionedVideo, writeCaptions } from './write-captions.js';

/**
 * Describes a data set's videos by several processes, each a share of them. They write files of their own beside the one of all, which
 * become one file at the end, in the order of the data set. What an earlier job that was stopped left is taken over first.
 *
 * @throws CliError `INPUT_INVALID` where the first process does not see the files of all; as `writeCaptions` and `joinCaptions`; the
 *   signal's reason, and then the files of the processes stay.
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
  if (rank > 0) return;
  requireParts(out, size);
  await joinCaptions(out, dataset);
}

/** A process on another host may have written into a folder of its own. */
function requireParts(out: string, size: number): void {
  const parts = Array.from({ length: size }, (_, rank) => partPath(out, rank, size));
  const missing = parts.filter((part) => !existsSync(part));
  if (missing.length === 0) return;
  throw new CliError('INPUT_INVALID', {
    where: out,
    expected: `a folder that all ${size} processes write into`,
    received: `none of ${missing.join(', ')}`,
    advice: 'Write into a folder that all hosts see.',
  });
}
