import { callable, eitherOf, type Field, nested, oneOf, optional, text, wholeNumber } from '@tgm/options';
import { quarantineFile } from '@tgm/video-io';
import { TrainError } from '../errors.js';
import type { ReplacedSample } from '../trainer/batches.js';
import { exampleFailed, type FileFault, factsOf } from './example-fault.js';

/**
 * What to do about a sample that cannot be read for a fault of its own file, or that lacks a caption which is read. Faults of the system and of the caller always
 * end the run.
 */
export type BadExamplePolicy =
  /** End with its error. */
  | { readonly kind: 'fail' }
  /** Give its places to other samples, now and in later epochs. Nothing else moves. */
  | {
      readonly kind: 'replace';
      /** More bad samples than this end the run with `TOO_MANY_BAD_SAMPLES`. Those known at the start count. */
      readonly limit: number;
      /** A file to which each is appended as a line of JSON. Those that are in it at the start are not tried. */
      readonly quarantine?: string;
      /** Hears of each once. */
      readonly log?: (bad: ReplacedSample) => void;
    };

export const badExamplePolicy = (): Field<BadExamplePolicy> =>
  eitherOf(
    '{ kind: "fail" } or { kind: "replace", limit, quarantine?, log? } with a limit from 0',
    nested({ kind: oneOf(['fail']) }),
    nested({
      kind: oneOf(['replace']),
      limit: wholeNumber({ from: 0 }),
      quarantine: optional(text()),
      log: optional(callable<(bad: ReplacedSample) => void>()),
    }),
  ) as Field<BadExamplePolicy>;

/** The bad samples of a run. */
export interface BadExamples {
  readonly size: number;
  has(id: string): boolean;
  /** Their ids as of now; the list is not changed later. */
  ids(): readonly string[];
  /** How many more may be found before the run ends. */
  room(): number;
  /** @throws TrainError `EXAMPLE_FAILED` or the fault's own under `fail`, `TOO_MANY_BAD_SAMPLES` past the limit. */
  add(id: string, fault: FileFault): Promise<void>;
  /** Says what stands in for one. */
  tell(replaced: ReplacedSample): void;
}

/**
 * @param known ids that were found before.
 * @throws VideoError for a quarantine file that is none, or that cannot be read and written.
 */
export async function badExamples(policy: BadExamplePolicy, known: readonly string[]): Promise<BadExamples> {
  const ids = new Set(known);
  let list: readonly string[] | undefined;
  const quarantine =
    policy.kind === 'replace' && policy.quarantine !== undefined
      ? quarantineFile(policy.quarantine)
      : undefined;
  for (const id of (await quarantine?.read()) ?? []) ids.add(id);
  // Better known now than with the first bad sample, hours later.
  await quarantine?.append([]);
  return {
    get size() {
      return ids.size;
    },
    has: (id) => ids.has(id),
    ids() {
      list ??= [...ids];
      return list;
    },
    room: () => (policy.kind === 'fail' ? 0 : Math.max(0, policy.limit - ids.size)),
    async add(id, fault) {
      if (policy.kind === 'fail') throw fault instanceof TrainError ? fault : exampleFailed(id, fault);
      ids.add(id);
      list = undefined;
      await quarantine?.append([{ id, ...factsOf(fault) }]);
      if (ids.size > policy.limit) {
        throw new TrainError('TOO_MANY_BAD_SAMPLES', {
          where: `Sample "${id}"`,
          expected: `at most ${policy.limit} samples that cannot be read`,
          received: 'one more',
          advice: fault.message,
          cause: fault,
        });
      }
    },
    tell(replaced) {
      if (policy.kind === 'replace') policy.log?.(replaced);
    },
  };
}
