import { type MaskingStrategy, seededRandom, type TokenMask } from '@tgm/masking';
import type { World } from './world.js';
import type { Clip, Cues } from './world-clips.js';

/** The mask of a clip under a strategy, the same each time. */
export const maskOf = <Known extends object>(
  { grid }: World,
  strategy: MaskingStrategy<Known>,
  clip: Clip<Known>,
  epoch = 0,
): TokenMask =>
  strategy.mask({ grid, cues: clip.cues, epoch, random: seededRandom('mission', strategy.name, clip.id) });

/** The masks of all clips. */
export const masksOf = (world: World, strategy: MaskingStrategy<Cues>): TokenMask[] =>
  world.clips.map((clip) => maskOf(world, strategy, clip));

/** Share of a quantity of tokens that lies on masked ones, over all clips, in per cent. */
export function hiddenShare<Known extends object>(
  world: World,
  clips: readonly Clip<Known>[],
  strategy: MaskingStrategy<Known>,
  amountOf: (clip: Clip<Known>) => Float32Array,
): number {
  let [hidden, all] = [0, 0];
  for (const clip of clips) {
    const amount = amountOf(clip);
    for (const each of amount) all += each;
    for (const token of maskOf(world, strategy, clip).masked) hidden += amount[token]!;
  }
  return (100 * hidden) / all;
}

/** [tokens] how far each token moves, in cells per slice. */
export const speeds = ({ cues: { motion } }: Clip): Float32Array =>
  Float32Array.from({ length: motion.known.length }, (_, token) =>
    Math.hypot(motion.vectors[2 * token]!, motion.vectors[2 * token + 1]!),
  );

/** Masked tokens of each slice. */
export function maskedInSlices({ grid, masked }: TokenMask): number[] {
  const counts = new Array<number>(grid.slices).fill(0);
  for (const token of masked) counts[Math.floor(token / (grid.rows * grid.columns))]! += 1;
  return counts;
}

/** Cells that are visible in each slice, by their numbers within it. */
export function visibleCells({ grid, visible }: TokenMask): number[][] {
  const cells = grid.rows * grid.columns;
  const found: number[][] = Array.from({ length: grid.slices }, () => []);
  for (const token of visible) found[Math.floor(token / cells)]!.push(token % cells);
  return found;
}

/** Per cent of the pairs of tokens side by side in a row whose second is masked, among those whose first is. */
export function maskedNeighbours(masks: readonly TokenMask[]): number {
  let [both, first] = [0, 0];
  for (const { grid, masked } of masks) {
    const set = new Set(masked);
    for (const token of masked) {
      if (token % grid.columns === grid.columns - 1) continue;
      first += 1;
      if (set.has(token + 1)) both += 1;
    }
  }
  return (100 * both) / first;
}

export const percent = (share: number): string => `${share.toFixed(0)} %`;

export const mean = (values: Iterable<number>): number => {
  let [sum, count] = [0, 0];
  for (const value of values) {
    sum += value;
    count += 1;
  }
  return sum / count;
};
