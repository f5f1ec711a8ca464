import { describe, expect, it } from 'vitest';
import { compare, compareAll } from './quantity.js';
import { parseTolerance, toleranceOf } from './tolerance.js';

describe('parseTolerance', () => {
  it.each([
    ['abs 2e-5', { absolute: 2e-5, relative: 0 }],
    ['abs 2e-5 + rel 1e-4', { absolute: 2e-5, relative: 1e-4 }],
    ['relative 1e-12 in double precision (1e-6 if you keep float32)', { relative: 1e-12 }],
    ['per tensor relative L2 of the update <= 5e-3 (a note)', { relativeL2: 5e-3 }],
    [
      'per tensor: relative L2 error <= 1e-4 and max abs <= 1e-6 + 1e-4 * max|grad|',
      { relativeL2: 1e-4, absolute: 1e-6, ofLargest: 1e-4 },
    ],
    ['per tensor: relative L2 error of (adamw10 - param) <= 1e-3; losses abs 1e-5', { relativeL2: 1e-3 }],
    ['exact (margins are given)', {}],
  ])('reads "%s"', (words, expected) => {
    const { text: _, ...read } = parseTolerance(words);
    expect(read).toEqual(expected);
  });

  it('finds the row that names a quantity among others', () => {
    const table = { 'features, patch': 'abs 3e-5', logits: 'abs 2e-4' };
    expect(toleranceOf(table, 'patch').absolute).toBe(3e-5);
    expect(() => toleranceOf(table, 'loss')).toThrow('no tolerance for "loss"');
  });
});

describe('compare', () => {
  it('takes each element within absolute plus relative', () => {
    const tolerance = { text: '', absolute: 0.1, relative: 0.1 };
    expect(compare('x', [1.19, -2.29], [1, -2], tolerance)).toMatchObject({ ok: true });
    expect(compare('x', [1.21, -2], [1, -2], tolerance)).toMatchObject({ ok: false });
  });

  it('takes a tensor by its length, and its largest element', () => {
    // |(0.3, 0.4)| = 0.5 beside |(3, 4)| = 5
    expect(compare('x', [3.3, 4.4], [3, 4], { text: '', relativeL2: 0.1001 }).ok).toBe(true);
    expect(compare('x', [3.3, 4.4], [3, 4], { text: '', relativeL2: 0.0999 }).ok).toBe(false);
    const bounded = { text: '', relativeL2: 1, absolute: 0, ofLargest: 0.09 };
    expect(compare('x', [3.3, 4.4], [3, 4], bounded)).toMatchObject({ ok: false });
  });

  it.each([
    ['another length', [1], [1, 2]],
    ['no numbers', [], []],
    ['a number that is none', [Number.NaN], [1]],
  ])('refuses %s', (_, got, expected) => {
    expect(compare('x', got, expected, { text: '', absolute: 10 })).toMatchObject({
      ok: false,
      error: Number.NaN,
    });
  });

  it('names the tensors that missed', () => {
    const pairs = [
      { name: 'a', got: [1], expected: [1] },
      { name: 'b', got: [1], expected: [2] },
    ];
    expect(compareAll('all', pairs, { text: 'exact' })).toMatchObject({
      name: 'all (2 tensors), missed: b',
      error: 1,
      ok: false,
    });
  });
});
