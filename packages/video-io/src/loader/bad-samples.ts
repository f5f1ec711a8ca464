import { callable, eitherOf, type Field, nested, oneOf, optional, text, wholeNumber } from '@tgm/options';
import { VideoError } from '../errors.js';
import type { VideoSample } from '../video.js';
import { type BadSample, quarantineFile } from './quarantine.js';

/**
 * What to do about a sample whose video is missing or broken. Faults of the system and of the caller always end the run.
 */
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

export const badSamplePolicy = (): Field<BadSamplePolicy> =>
  eitherOf(
    '{ kind: "fail" } or { kind: "skip", limit, quarantine?, log? } with a limit from 0',
    nested({ kind: oneOf(['fail']) }),
    nested({
      kind: oneOf(['skip']),
      limit: wholeNumber({ from: 0 }),
      quarantine: optional(text()),
      log: optional(callable<(bad: BadSample) => void>()),
    }),
  ) as Field<BadSamplePolicy>;

/** The bad samples of a run. */
export interface BadSamples {
  readonly ids: ReadonlySet<string>;
  has(sample: VideoSample): boolean;
  /** @throws `error` itself under `fail`, {VideoError} `TOO_MANY_BAD_SAMPLES` past the limit. */
  add(sample: VideoSample, error: VideoError): Promise<void>;
}

/**
 * @param known ids from a saved state.
 * @throws {VideoError} `MANIFEST_INVALID` for a quarantine file that is none, `SYSTEM_FAILED` when it cannot be read
 * or written.
 */
export async function badSamples(policy: BadSamplePolicy, known: readonly string[]): Promise<BadSamples> {
  const ids = new Set(known);
  const quarantine =
    policy.kind === 'skip' && policy.quarantine !== undefined ? quarantineFile(policy.quarantine) : undefined;
  for (const id of (await quarantine?.read()) ?? []) ids.add(id);
  // Better known now than with the first bad sample, hours later.
  await quarantine?.append([]);
  return {
    ids,
    has: ({ id }) => ids.has(id),
    async add({ id, source }, error) {
      if (policy.kind === 'fail') throw error;
      const bad: BadSample = { id, source, code: error.code, message: error.message };
      ids.add(id);
      await quarantine?.append([bad]);
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
