import { type Random, seededRandom } from '@tgm/random';
import type { MaskingStrategy, TokenGrid, TokenMask } from '../strategy.js';
import { tokenCount } from '../token-grid.js';
import { copiedCues } from './contract-cues.js';
import { requireLists } from './contract-expectations.js';

/** One thing that every strategy must do. `run` throws a MaskingError `CONTRACT_BROKEN` when it does not. */
export interface ContractCheck {
  readonly name: string;
  run(): void;
}

/** A strategy on trial, with made-up clips that are the same each time. */
export interface Trial {
  /** What the checks are called after. */
  readonly name: string;
  readonly grids: readonly TokenGrid[];
  /** Tokens by which a mask may hide less than its ratio. */
  readonly unit: (grid: TokenGrid) => number;
  /** `either` where it may hide as many more. */
  readonly rounds: 'down' | 'either';
  /** Gives a new strategy each time, with the same options. */
  make(): MaskingStrategy<never>;
  /** New cues of a clip, always the same numbers. */
  cuesOf(grid: TokenGrid, clip: number): object;
  /** The mask of a clip. Default: its own cues, and a new strategy. */
  draw(grid: TokenGrid, clip: number, cues?: object, strategy?: MaskingStrategy<never>): TokenMask;
  /** Visits some clips of each grid: eight, and one where they are large. */
  forEachClip(visit: (grid: TokenGrid, clip: number, where: string) => void): void;
}

/** Clips of a grid. */
const CLIPS = 8;

/** Of large grids one clip is tried. */
export const isLarge = (grid: TokenGrid): boolean => tokenCount(grid) > 4096;

/** What a strategy is tried on. */
export interface TrialClips {
  readonly cues: (grid: TokenGrid, random: Random) => object;
  readonly grids: readonly TokenGrid[];
  readonly unit: (grid: TokenGrid) => number;
  readonly rounds: 'down' | 'either';
}

export function trialOf(
  name: string,
  make: () => MaskingStrategy<never>,
  { cues: makeCues, grids, unit, rounds }: TrialClips,
): Trial {
  const madeCues = (grid: TokenGrid, clip: number) =>
    makeCues(grid, seededRandom('contract-cues', tokenCount(grid), clip));
  // Making cues takes longer than all checks of them. Strategies get copies.
  const kept = new Map<string, object>();
  const cuesOf = (grid: TokenGrid, clip: number): object => {
    const key = `${grid.slices} x ${grid.rows} x ${grid.columns}, ${clip}`;
    const known = kept.get(key) ?? madeCues(grid, clip);
    if (clip < CLIPS) kept.set(key, known);
    return copiedCues(known) ?? madeCues(grid, clip);
  };
  return {
    name,
    grids,
    unit,
    rounds,
    make,
    cuesOf,
    draw: (grid, clip, cues = cuesOf(grid, clip), strategy = make()) =>
      requireLists(
        strategy.mask({ grid, random: seededRandom('contract-mask', clip), cues: cues as never }),
        name,
      ),
    forEachClip(visit) {
      for (const grid of grids) {
        const shape = `${name} on ${grid.slices} x ${grid.rows} x ${grid.columns}`;
        const clips = isLarge(grid) ? 1 : CLIPS;
        for (let clip = 0; clip < clips; clip += 1) visit(grid, clip, `${shape}, clip ${clip}`);
      }
    },
  };
}
