import { expect, test } from 'vitest';
import { inkOf, shortened } from './small-letters.js';

/** A text as lines of # and spaces. */
function drawn(text: string): string[] {
  const lines = Array.from({ length: 5 }, () => Array<string>(4 * [...text].length).fill(' '));
  for (const [row, column] of inkOf(text)) lines[row]![column] = '#';
  return lines.map((line) => line.join('').trimEnd());
}

test('draws letters beside each other, small ones as capitals', () => {
  expect(drawn('Té 1')).toEqual([
    '### ###      #',
    ' #  #       ##',
    ' #  ##       #',
    ' #  #        #',
    ' #  ###     ###',
  ]);
});

test('no two signs look alike, and what it does not know is a block', () => {
  const signs = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.,%/():=+\'"!?_ '];
  expect(new Set(signs.map((sign) => drawn(sign).join())).size).toBe(signs.length);
  expect(drawn('語')).toEqual(Array(5).fill('###'));
});

test.each([
  ['a red cross', 11, 'a red cross'],
  ['a red cross', 10, 'a red...'],
  ['a red cross', 8, 'a red...'],
  ['a red cross', 7, 'a...'],
  ['motion-magnitude', 9, 'motion-ma'],
  ['a red', 2, 'a '],
])('%s in %i letters is %s', (text, letters, short) => expect(shortened(text, letters)).toBe(short));
