import { TrainError } from '../errors.js';

/** Clips in which no two may be told apart before that is taken for the rule. */
const CLIPS = 64;

/** Numbers of a clip: two of its caption, two of its sample. */
const NUMBERS = 4;

/**
 * Watches whether a term that compares clips by their captions has anything to tell apart: clips of other captions and of other samples
 * than the first. Its loss is 0 where there are none, and training would go on and learn nothing from it.
 */
export interface SeveralCaptions {
  /** Whether nothing more has to be seen. */
  decided(): boolean;
  /**
   * @param keys [clips, 4] of a step of all processes: `textKeys` of the caption, then of the sample.
   * @throws TrainError `NO_NEGATIVES` when the first 64 clips are all of one caption or sample.
   */
  see(keys: readonly number[]): void;
}

export function severalCaptions(): SeveralCaptions {
  let found = false;
  let clips = 0;
  let first: readonly number[] | undefined;
  return {
    decided: () => found,
    see(keys) {
      if (found || keys.length === 0) return;
      first ??= keys.slice(0, NUMBERS);
      for (let at = 0; at < keys.length; at += NUMBERS) {
        const [caption, captionLower, sample, sampleLower] = first;
        const otherCaption = keys[at] !== caption || keys[at + 1] !== captionLower;
        const otherSample = keys[at + 2] !== sample || keys[at + 3] !== sampleLower;
        found ||= otherCaption && otherSample;
      }
      clips += keys.length / NUMBERS;
      if (found || clips < CLIPS) return;
      throw new TrainError('NO_NEGATIVES', {
        where: 'trainer, option batches',
        expected: 'different captions, which a loss tells apart',
        received: `one caption, or one sample, for the first ${clips} clips`,
      });
    },
  };
}

/** [clips, 4] of the two of a batch. */
export function comparedNumbers({
  captions,
  samples,
}: {
  readonly captions: Int32Array;
  readonly samples: Int32Array;
}): number[] {
  return Array.from({ length: captions.length / 2 }, (_, clip) => [
    ...captions.subarray(2 * clip, 2 * clip + 2),
    ...samples.subarray(2 * clip, 2 * clip + 2),
  ]).flat();
}
