import type * as tf from '@tensorflow/tfjs';
import { type Field, passing } from '@tgm/options';

/** A tensor as an option, with any number of axes where `rank` is not given. */
export const tensor = <T extends tf.Tensor = tf.Tensor>(rank?: number): Field<T> =>
  passing(`a tensor${rank === undefined ? '' : ` of ${axes(rank)}`}`, (value): value is T => {
    const { shape, dtype } = (value ?? {}) as Partial<tf.Tensor>;
    return Array.isArray(shape) && dtype !== undefined && (rank === undefined || shape.length === rank);
  });

/** Whole numbers, such as labels or hashes, as an option. */
export const wholeNumbers = <T extends tf.Tensor>(rank: number): Field<T> =>
  passing(`an int32 tensor of ${axes(rank)}`, (value): value is T => {
    const { shape, dtype } = (value ?? {}) as Partial<tf.Tensor>;
    return shape?.length === rank && dtype === 'int32';
  });

const axes = (rank: number): string => (rank === 1 ? '1 axis' : `${rank} axes`);
