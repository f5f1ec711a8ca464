import type { Machine } from './machines.js';
import type { Memory } from './memory.js';

/** A change that makes a run fit, or comes closest to it. */
export interface Advice {
  readonly recompute: boolean;
  /** Parts of a step. */
  readonly accumulate: number;
  /** Clips that a device then computes at a time. */
  readonly batch: number;
  /** Bytes at the peak. */
  readonly memory: number;
  readonly fits: boolean;
  /** In words. */
  readonly says: string;
}

interface AdviceInputs {
  readonly need: (change: { readonly recompute: boolean; readonly accumulate: number }) => Memory;
  readonly recompute: boolean;
  readonly accumulate: number;
  /** Clips of a step on one device. */
  readonly clips: number;
  readonly machine: Machine;
}

/**
 * The largest batch that fits, with blocks kept and with blocks computed again. More parts cost nothing but speed of small products,
 * and one more pass of the encoder where clips are compared; blocks that are computed again cost some 10 to 30 % of a step. Where one clip is too
 * much either way, a smaller model is left.
 */
export function advise({ need, recompute, accumulate, clips, machine }: AdviceInputs): readonly Advice[] {
  const choices = (recompute ? [true] : [false, true]).map((again) => {
    const parts = partsOf(clips).filter((count) => count >= accumulate);
    const fitting = parts.find(
      (count) => need({ recompute: again, accumulate: count }).total <= machine.memory,
    );
    return choice(again, fitting ?? clips);
  });
  // Blocks are computed again for more clips at a time, or not at all.
  const fitting = choices.filter(
    ({ fits, batch }, at) =>
      fits && choices.slice(0, at).every((other) => !other.fits || other.batch < batch),
  );
  if (fitting.length > 0) return fitting;
  const [closest] = [...choices].sort((a, b) => a.memory - b.memory);
  return [
    {
      ...closest!,
      says: `${closest!.says} It is not enough: take a smaller model, or a device with more memory.`,
    },
  ];

  function choice(again: boolean, count: number): Advice {
    const { total } = need({ recompute: again, accumulate: count });
    const batch = clips / count;
    const changes = [
      ...(count === accumulate ? [] : [`accumulate to ${count}`]),
      ...(again && !recompute ? ['recompute'] : []),
    ];
    const set = changes.length === 0 ? '' : `Set ${changes.join(' and ')}: `;
    const some = batch === 1 ? '1 clip at a time takes' : `${batch} clips at a time take`;
    return {
      recompute: again,
      accumulate: count,
      batch,
      memory: total,
      fits: total <= machine.memory,
      says: `${set}${some} ${(total / 1e9).toFixed(1)} GB.`,
    };
  }
}

/** Numbers of equal parts that so many clips can be cut into, ascending. */
const partsOf = (clips: number): readonly number[] =>
  Array.from({ length: clips }, (_, index) => index + 1).filter((count) => clips % count === 0);
