import type { Description } from '@tgm/options';
import type { Random } from '@tgm/random';

/** How a clip is cut into tokens. Token number = (slice * rows + row) * columns + column. */
export interface TokenGrid {
  /** Tubelets along time: frames / tubelet size. */
  readonly slices: number;
  readonly rows: number;
  readonly columns: number;
}

/** Which tokens are masked. Both lists ascend, share nothing, and together are 0 ... tokens - 1. */
export interface TokenMask {
  readonly grid: TokenGrid;
  readonly visible: Uint32Array;
  readonly masked: Uint32Array;
}

/** [slices, rows, columns] one number a token, row-major. Larger means a better match of the cue. */
export type TokenScores = Float32Array;

/** [slices, rows, columns] the part of the picture that each token belongs to, by its number 0-255. */
export type TokenParts = Uint8Array;

/** Mean motion of the pixels of each token. */
export interface TokenMotion {
  /** [slices, rows, columns, 2] x and y in cells per slice; zero where `known` is 0. */
  readonly vectors: Float32Array;
  /** [slices, rows, columns] 1 where the codec gave vectors, 0 where it gave none. */
  readonly known: Uint8Array;
}

export interface MaskRequest<Cues extends object> {
  readonly grid: TokenGrid;
  readonly random: Random;
  readonly cues: Readonly<Cues>;
  /**
   * How often a training has gone through its data before this clip, from 0; 0.5 is half of the first time. Absent is 0. Rules that
   * change as the training goes on read it.
   */
  readonly epoch?: number;
}

/** Of the numbers of `cue`, the high ones (`top`) are hidden rather than the low ones, or the low ones (`bottom`). */
export interface HiddenSide {
  /** A name of `requires`. Vectors count by their length. */
  readonly cue: string;
  readonly select: 'top' | 'bottom';
}

/**
 * Decides which tokens of one clip are masked.
 *
 * A strategy hides the same number of tokens in every clip of the same grid, draws all its randomness
 * from `request.random`, and keeps no state. `Cues` are the facts about the clip that it reads, such as
 * `{ text: TokenScores }`; a strategy without needs has `{}` and fits everywhere.
 */
export interface MaskingStrategy<in Cues extends object = object> {
  readonly name: string;
  /** Share of the tokens that are masked, in [0, 1). */
  readonly ratio: number;
  /** The names of the cues that `mask` reads. */
  readonly requires: readonly (keyof Cues & string)[];
  /** Which tokens are hidden rather than others, where the strategy goes by the numbers of a cue. The contract checks it. */
  readonly hides?: HiddenSide;
  readonly mask: (request: MaskRequest<Cues>) => TokenMask;
  /**
   * What the strategy is: the function that made it and each of its options, in JSON. A run keeps it. Two strategies with the
   * same description give the same masks. `describer` of `@tgm/options` makes it from a table of options.
   */
  describe(): Description;
}
