import { callable, type Field, objectWith, passing, showValue, text, wholeNumber } from '@tgm/options';
import type { Random } from '@tgm/random';
import { VideoError } from './errors.js';
import type { Rectangle, Size, VideoDataset } from './video.js';

/** The fields of tables of options that several functions share. */

export const count = (): Field<number> => wholeNumber({ from: 1 });
/** A side of a picture of which 4:2:0 keeps a colour for two pixels. */
export const evenSide = (): Field<number> =>
  passing(
    'an even whole number from 2',
    (value): value is number =>
      Number.isSafeInteger(value) && (value as number) >= 2 && (value as number) % 2 === 0,
  );
export const path = (): Field<string> => text();
export const random = (): Field<Random> => callable<Random>();
export const dataset = (): Field<VideoDataset> =>
  objectWith<VideoDataset>('a data set', ['name', 'length', 'at']);
export const signal = (): Field<AbortSignal> => objectWith<AbortSignal>('an AbortSignal', ['aborted']);

/** An object with a width and a height may be passed whole, such as a `VideoInfo`. */
export const size = (): Field<Size> =>
  passing('a size { width, height } of whole pixels from 1', (value): value is Size => {
    const { width, height } = (value ?? {}) as Partial<Size>;
    return [width, height].every((side) => Number.isSafeInteger(side) && side! >= 1);
  });

/** The size alone, of an object that may hold more. */
export const sizeOf = ({ width, height }: Size): Size => ({ width, height });

export const rectangle = (): Field<Rectangle> =>
  passing('a rectangle { x, y, width, height } of numbers', (value): value is Rectangle => {
    const { x, y, width, height } = (value ?? {}) as Partial<Rectangle>;
    return [x, y, width, height].every(Number.isFinite);
  });

/** An array, or a typed one, of numbers that pass; at least one. */
export const numbers = (what: string, accepts: (value: number) => boolean): Field<readonly number[]> =>
  passing(`at least one ${what}`, (value): value is readonly number[] => {
    const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
    const list = value as ArrayLike<number>;
    if (!isList || list.length === 0) return false;
    for (let i = 0; i < list.length; i++) if (!accepts(list[i]!)) return false;
    return true;
  });

/** An object or list that `for await` takes; a text is none. */
export const iterable = <T extends object>(what: string): Field<T> =>
  passing(
    what,
    (value): value is T =>
      typeof value === 'object' &&
      value !== null &&
      (Symbol.asyncIterator in value || Symbol.iterator in value),
  );

/** Bytes, clamped ones too. */
export const bytes = (): Field<Uint8Array> =>
  passing(
    'a Uint8Array',
    (value): value is Uint8Array => value instanceof Uint8Array || value instanceof Uint8ClampedArray,
  );

/** @throws {VideoError} `OPTION_INVALID` unless the argument of a function is a text with something in it. */
export function requirePath(where: string, value: unknown, name = 'path'): void {
  if (typeof value === 'string' && value !== '') return;
  throw new VideoError('OPTION_INVALID', {
    where: `${where}, argument ${name}`,
    expected: 'a path',
    received: showValue(value),
  });
}
