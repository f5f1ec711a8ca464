import { stat } from 'node:fs/promises';
import { fileVersion } from '../container/file-version.js';
import { VideoError } from '../errors.js';
import type { VideoSample } from '../video.js';
import type { RefusedSample } from './shard-report.js';

/** The samples that were refused so far, held against how many may be. */
export interface Refusals {
  /** @throws {VideoError} `TOO_MANY_BAD_SAMPLES` */
  count(refused: readonly RefusedSample[], reason?: VideoError): void;
}

/** @param share the part of `samples` that may be refused, 0-1; of a few samples one may be, unless it is 0. */
export function refusals(share: number, samples: number): Refusals {
  const most = Math.ceil(share * samples);
  let refused = 0;
  return {
    count(more, reason) {
      refused += more.length;
      const last = more.at(-1);
      if (last === undefined || refused <= most) return;
      throw new VideoError('TOO_MANY_BAD_SAMPLES', {
        where: 'prepareShards',
        source: last.source,
        expected: `at most ${most} of ${samples} samples refused`,
        received: `${refused}`,
        advice: `The last one: "${last.id}", ${last.message} Raise the option refusedShare if that is right.`,
        ...(reason && { cause: reason }),
      });
    },
  };
}

export async function refuse({ id, source }: VideoSample, error: VideoError): Promise<RefusedSample> {
  return { id, source, code: error.code, message: error.message, version: await versionOf(source) };
}

/** Whether the file of a refused sample is another now: it may be sound, and is worth a new try. */
export async function hasChanged(refused: readonly RefusedSample[]): Promise<boolean> {
  for (const { source, version } of refused) if ((await versionOf(source)) !== version) return true;
  return false;
}

function versionOf(source: string): Promise<string | null> {
  return stat(source, { bigint: true }).then(fileVersion, () => null);
}
