import { expect, test } from 'vitest';
import { inkOf } from './small-letters.js';

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
  const signs = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.,%/():=+' "];
  expect(new Set(signs.map((sign) => drawn(sign).join())).size).toBe(signs.length);
  expect(drawn('語')).toEqual(Array(5).fill('###'));
});
