import { number, optional, passing, wholeNumber } from '@tgm/options';

/** Blocks of one size, at places of their own. */
export interface BlockShape {
  /** Blocks whose union is drawn, from 1. Default 8. */
  readonly blocks?: number;
  /** Area of a block as a share of the slice, above 0 and to 1. Default 0.15. */
  readonly spatialScale?: number;
  /** Slices of a block as a share of all slices, above 0 and to 1. Default 1: from the beginning of the clip to its end. */
  readonly temporalScale?: number;
  /** Range of rows / columns of a block, both inclusive. Default [0.75, 1.5]. */
  readonly aspect?: Aspect;
}

type Aspect = readonly [number, number];

const scaleField = number({ above: 0, to: 1 });

/** The options of a `BlockShape`. The defaults are V-JEPA's short-range blocks. */
export const blockFields = {
  blocks: optional(wholeNumber({ from: 1 }), 8),
  spatialScale: optional(scaleField, 0.15),
  temporalScale: optional(scaleField, 1),
  aspect: optional(
    passing('two numbers above 0, the first not above the second', (value): value is Aspect =>
      isAspect(value),
    ),
    [0.75, 1.5],
  ),
} satisfies Record<keyof BlockShape, unknown>;

function isAspect(value: unknown): value is Aspect {
  if (!Array.isArray(value) || value.length !== 2 || !value.every(Number.isFinite)) return false;
  const [low, high] = value as [number, number];
  return low > 0 && low <= high;
}
