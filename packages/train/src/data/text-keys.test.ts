import { expect, it } from 'vitest';
import { textKeys } from './text-keys.js';

const hexOf = (text: string): string =>
  [...textKeys([text])].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');

// From the authors' list of test vectors.
it.each([
  ['', 'cbf29ce484222325'],
  ['a', 'af63dc4c8601ec8c'],
  ['foobar', '85944171f73967e8'],
])('of "%s" is FNV-1a', (text, hash) => {
  expect(hexOf(text)).toBe(hash);
});

it.each(['a dog runs', 'ein Hündchen läuft 🐕'])('of "%s" is FNV-1a in 64-bit arithmetic', (text) => {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) % 2n ** 64n;
  expect(hexOf(text)).toBe(hash.toString(16).padStart(16, '0'));
});

it('stand in the order of their texts, equal where these are equal', () => {
  const keys = textKeys(['one', 'two', 'one']);
  expect(keys.length).toBe(6);
  expect([...keys.subarray(4)]).toEqual([...keys.subarray(0, 2)]);
  expect([...keys.subarray(2, 4)]).not.toEqual([...keys.subarray(0, 2)]);
});
