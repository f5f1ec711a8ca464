import { expect, it } from 'vitest';
import { showValue, TgmError } from './index.js';

it('says where, what was expected, what came, what to do and why', () => {
  class OvenError extends TgmError<'OVEN_COLD'> {}
  const cause = new Error('no gas');
  const error = new OvenError('OVEN_COLD', {
    where: 'oven',
    expected: '180 degrees',
    received: '20 degrees',
    advice: 'Light it.',
    cause,
  });
  expect(error).toMatchObject({
    code: 'OVEN_COLD',
    name: 'OvenError',
    where: 'oven',
    advice: 'Light it.',
    cause,
  });
  expect(error.message).toBe('oven: expected 180 degrees, got 20 degrees. Light it.');
  expect(error).toBeInstanceOf(TgmError);
  expect('cause' in new OvenError('OVEN_COLD', { where: 'a', expected: 'b', received: 'c' })).toBe(false);
});

it.each([
  ['End of file.', 'End of file.'],
  ['a name that goes on...', 'a name that goes on...'],
  ['1', '1.'],
  ['', '.'],
])('ends with one full stop behind %j', (received, end) => {
  const error = new TgmError('OVEN_COLD', { where: 'oven', expected: 'heat', received, advice: 'Light it.' });
  expect(error.message).toBe(`oven: expected heat, got ${end} Light it.`);
  expect(error.received).toBe(received);
});

it.each([
  ['a', '"a"'],
  [1n, '1n'],
  [-0, '0'],
  [null, 'null'],
  [undefined, 'undefined'],
  [[1, 'a', [2]], '[1, "a", [2]]'],
  [{ a: { b: 1 } }, '{ a: { b: 1 } }'],
  [{}, '{}'],
  [Object.create(null), '{}'],
  [new Float32Array(3), 'Float32Array of 3'],
  [new Map(), 'an object of Map'],
  [function bake() {}, 'the function bake'],
  ['x'.repeat(200), `"${'x'.repeat(78)}…`],
])('shows %o', (value, text) => {
  expect(showValue(value)).toBe(text);
});

it('comes to an end with an object that holds itself, and with lists that lie deep', () => {
  const ring: Record<string, unknown> = { name: 'ring' };
  ring.self = ring;
  expect(showValue(ring)).toMatch(/^{ name: "ring", self: { name: "ring", self: /);
  const deep = (levels: number): unknown[] =>
    Array.from({ length: 80 }, () => (levels > 0 ? deep(levels - 1) : 1));
  expect(showValue([deep(1)])).toMatch(/^\[\[\[1, 1, /);
  expect(showValue([[[[[1]]]]])).toBe('[[[[…]]]]');
});
