import { TrainError } from '../errors.js';

/** Clips in which no two may be told apart before that is taken for the rule. */
const CLIPS = 64;

/**
 * Watches whether a term that compares clips has anything to tell apart: clips of other captions and of other samples than the
 * first. Its loss is 0 where there are none, and training would go on and learn nothing from it.
 */
export interface NegativesWatch {
  /**
   * @param captionKey [clips, 2] and `sampleKey` [clips, 2], of `textKeys`.
   * @throws TrainError `NO_NEGATIVES` when the first 64 clips are all of one caption or sample.
   */
  see(captionKey: Int32Array, sampleKey: Int32Array): void;
}

/** @param where the function that makes the batches. */
export function negativesWatch(where: string): NegativesWatch {
  let found = false;
  let clips = 0;
  let first: readonly (readonly [number, number])[] | undefined;
  return {
    see(captionKey, sampleKey) {
      if (found) return;
      first ??= [captionKey, sampleKey].map((key) => [key[0]!, key[1]!] as const);
      const [caption, sample] = first;
      for (let at = 0; at < captionKey.length; at += 2) {
        found ||= isOther(captionKey, at, caption!) && isOther(sampleKey, at, sample!);
      }
      clips += captionKey.length / 2;
      if (found || clips < CLIPS) return;
      throw new TrainError('NO_NEGATIVES', {
        where,
        expected: 'different captions, which a loss tells apart',
        received: `one caption, or one sample, for the first ${clips} clips`,
      });
    },
  };
}

const isOther = (key: Int32Array, at: number, [upper, lower]: readonly [number, number]): boolean =>
  key[at] !== upper || key[at + 1] !== lower;
