import type { Random } from '@tgm/masking';
import type { Description } from '@tgm/options';

/** A text, and another that says the same. */
export interface Wording {
  readonly text: string;
  readonly paraphrase?: string;
  /** Equal for texts that say the same, which are no negatives of each other. Default: the text itself. */
  readonly meaning?: string;
}

/** A text with its image. */
export interface ImageTextPair extends Wording {
  /** The sample that it is of. Pairs of one sample are no negatives of each other. */
  readonly id: string;
  /** [H, W, 3] RGB, 0-255, in the model's size. */
  readonly image?: Uint8Array;
  /** Equal for pairs whose images go with each other's texts as well, which are no negatives. Default: the text itself. */
  readonly match?: string;
  /** Texts without an image, from which paraphrases have to be told too. */
  readonly others?: readonly Wording[];
}

/** Pairs of images and texts by number. */
export interface ImageTextPairs {
  /** At least 1. */
  readonly length: number;
  /**
   * The pairs of these numbers, in their order: a function of its arguments. Either all of them have an image or none, and all
   * texts have a paraphrase or none. What is loaded may depend on the number of the batch, counted from 0 over the run.
   */
  load(
    indices: readonly number[],
    random: Random,
    batch: number,
  ): readonly ImageTextPair[] | Promise<readonly ImageTextPair[]>;
  /** Whatever decides which pairs come of which draws. */
  describe(): Description;
}
