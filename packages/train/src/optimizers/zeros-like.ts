import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';

export const zerosLike = (params: Params): Params =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, tf.zeros(value.shape)]));
