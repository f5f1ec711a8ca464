import { callable, optional, optionTable, wholeNumber } from '@tgm/options';
import { ModelError } from '../errors.js';

/** A video without captions, and why. */
export interface CaptionFailure {
  readonly id: string;
  /** What the captioner or `keyFrames` threw. */
  readonly error: unknown;
}

export interface CaptionVideosOptions {
  /**
   * Hears of each video that fails, and the run goes on: it gets no line and no event, and a later run asks about it again. Without it
   * the first failure ends the run.
   */
  readonly onFailed?: (failure: CaptionFailure) => void;
  /** Videos that may fail in this run; one more ends it with its error. Default 100; only with `onFailed`. */
  readonly mostFailures?: number;
}

const options = optionTable(
  'captionVideos',
  {
    onFailed: optional(callable<(failure: CaptionFailure) => void>()),
    mostFailures: optional(wholeNumber({ from: 1 })),
  } satisfies Record<keyof CaptionVideosOptions, unknown>,
  ModelError,
);
const MOST_FAILURES = 100;

/** Takes what failed: throws it, or says it. */
export type FailureHearer = (failure: CaptionFailure) => void;

/** @throws ModelError with `OPTION_INVALID` */
export function failureHearer(given: CaptionVideosOptions): FailureHearer {
  const { onFailed, mostFailures } = options.check(given);
  if (!onFailed && mostFailures !== undefined)
    throw new ModelError('OPTION_INVALID', {
      where: 'captionVideos, option mostFailures',
      expected: 'onFailed beside it, which hears of them',
      received: `${mostFailures} alone`,
    });
  let failures = 0;
  return (failure) => {
    failures += 1;
    if (!onFailed || failures > (mostFailures ?? MOST_FAILURES)) throw failure.error;
    onFailed(failure);
  };
}
