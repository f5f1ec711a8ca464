import { describe, expect, it } from 'vitest';
import { sampleOrder } from './sample-order.js';

describe('sampleOrder', () => {
  it('shows every example once an epoch, in another order each epoch', () => {
    const order = sampleOrder(7, 3);
    const epochs = [0, 1].map((epoch) =>
      Array.from({ length: 7 }, (_, position) => order(epoch * 7 + position).index),
    );
    for (const epoch of epochs) expect([...epoch].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(epochs[0]).not.toEqual(epochs[1]);
  });

  it('gives the same example at a position whatever was asked before', () => {
    const straight = sampleOrder(5, 11);
    const all = Array.from({ length: 15 }, (_, position) => straight(position));
    expect(sampleOrder(5, 11)(13)).toEqual(all[13]);
    expect(sampleOrder(5, 12)(13).epoch).toBe(2);
  });
});
