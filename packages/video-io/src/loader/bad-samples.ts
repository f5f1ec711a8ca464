import { appendFile, readFile } from 'node:fs/promises';
import { manifestFault, shown } from '../datasets/tables/fault.js';
import { jsonLines } from '../datasets/tables/json-lines.js';
import { VideoError, type VideoErrorCode } from '../errors.js';
import type { VideoSample } from '../video.js';

/** What to do about a sample whose video is missing or broken. */
export type BadSamplePolicy =
  /** End with its error. The state stays before the sample, so that a later run tries it again. */
  | { readonly kind: 'fail' }
  /** Leave it out, now and in later epochs. The order of all others stays the same. */
  | {
      readonly kind: 'skip';
      /** More bad samples than this end the run with `TOO_MANY_BAD_SAMPLES`. */
      readonly limit: number;
      /**
       * A file to which each is appended as a line of JSON, `BadSample`. Those that are in it at the start are left out
       * from the start.
       */
      readonly quarantine?: string;
      /** Hears of each as it is left out for the first time. */
      readonly log?: (bad: BadSample) => void;
    };

export interface BadSample {
  readonly id: string;
  readonly source: string;
  readonly code: VideoErrorCode;
  readonly message: string;
}

/** The bad samples of a run. */
export interface BadSamples {
  readonly ids: ReadonlySet<string>;
  has(sample: VideoSample): boolean;
  /** @throws `error` itself under `fail`, {VideoError} `TOO_MANY_BAD_SAMPLES` past the limit. */
  add(sample: VideoSample, error: VideoError): Promise<void>;
}

/**
 * @param known ids from a saved state.
 * @throws {VideoError} `MANIFEST_INVALID` for a quarantine file that is none, or cannot be written.
 */
export async function badSamples(policy: BadSamplePolicy, known: readonly string[]): Promise<BadSamples> {
  const ids = new Set(known);
  if (policy.kind === 'skip' && policy.quarantine !== undefined) {
    for (const id of await readQuarantine(policy.quarantine)) ids.add(id);
    // Better known now than with the first bad sample, hours later.
    await appendFile(policy.quarantine, '').catch((error: Error) => {
      throw manifestFault(policy.quarantine!, 'a file that can be written', error.message);
    });
  }
  return {
    ids,
    has: ({ id }) => ids.has(id),
    async add({ id, source }, error) {
      if (policy.kind === 'fail') throw error;
      const bad: BadSample = { id, source, code: error.code, message: error.message };
      ids.add(id);
      if (policy.quarantine !== undefined) await appendFile(policy.quarantine, `${JSON.stringify(bad)}\n`);
      policy.log?.(bad);
      if (ids.size > policy.limit) {
        throw new VideoError('TOO_MANY_BAD_SAMPLES', {
          source,
          expected: `at most ${policy.limit} bad samples`,
          received: 'one more',
          advice: error.message,
          cause: error,
        });
      }
    },
  };
}

async function readQuarantine(path: string): Promise<string[]> {
  const there = await readFile(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw manifestFault(path, 'a file that can be read', error.message);
    },
  );
  const ids: string[] = [];
  if (there) {
    await jsonLines.scan(path, ({ bytes }, from, to, line) => {
      const { id } = jsonLines.parse(path, bytes.toString('utf8', from, to), line);
      if (typeof id !== 'string') throw manifestFault(path, '"id" to be text', shown(id), line);
      ids.push(id);
    });
  }
  return ids;
}
