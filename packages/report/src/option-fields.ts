import { type Field, objectWith, passing, wholeNumber } from '@tgm/options';
import type { Grid } from './clip-report.js';

/** A number of pixels. */
export const size = () => wholeNumber({ from: 1 });

export const bytes = (): Field<Uint8Array> =>
  passing('a Uint8Array', (value): value is Uint8Array => value instanceof Uint8Array);

export const floats = (): Field<Float32Array> =>
  passing('a Float32Array', (value): value is Float32Array => value instanceof Float32Array);

/** What else a grid of another package holds does not matter. */
export const grid = (): Field<Grid> => objectWith<Grid>('a grid', ['slices', 'rows', 'columns']);

interface Mask {
  readonly visible: Uint32Array;
  readonly masked: Uint32Array;
}

export const mask = (): Field<Mask> =>
  passing('a mask (with visible and masked, Uint32Arrays)', (value): value is Mask => {
    const { visible, masked } = (value ?? {}) as Partial<Mask>;
    return visible instanceof Uint32Array && masked instanceof Uint32Array;
  });
