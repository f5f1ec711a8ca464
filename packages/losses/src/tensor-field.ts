import type * as tf from '@tensorflow/tfjs';
import { type Field, passing } from '@tgm/options';

/** A tensor as an option, with any number of axes where `rank` is not given. */
export const tensor = <T extends tf.Tensor = tf.Tensor>(rank?: number): Field<T> =>
  passing(`a tensor${rank === undefined ? '' : ` of ${rank} axes`}`, (value): value is T => {
    const { shape, dtype } = (value ?? {}) as Partial<tf.Tensor>;
    return Array.isArray(shape) && dtype !== undefined && (rank === undefined || shape.length === rank);
  });

/** Whole numbers [count], such as labels, as an option. */
export const wholeNumbers = (): Field<tf.Tensor1D> =>
  passing('an int32 tensor of 1 axis', (value): value is tf.Tensor1D => {
    const { shape, dtype } = (value ?? {}) as Partial<tf.Tensor>;
    return shape?.length === 1 && dtype === 'int32';
  });
