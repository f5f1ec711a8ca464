import { expect, test } from 'vitest';
import { factTable } from './fact-section.js';

/** Names and values of the rows of a table without tables within. */
const rowsOf = (markup: string) =>
  [...markup.matchAll(/<th scope="row">([^<]*)<\/th><td>(.*?)<\/td><\/tr>/g)].map(([, name, cell]) => [
    name,
    cell!.replaceAll(/<\/?bdi>/g, ''),
  ]);

test('tells facts of every kind, and leaves out those that are not there', () => {
  const { text } = factTable({ a: 1234, b: true, c: '<x>', d: [1, 'two', false], e: undefined, f: null });
  expect(rowsOf(text)).toEqual([
    ['a', '1,234'],
    ['b', 'yes'],
    ['c', '&lt;x&gt;'],
    ['d', '1, two, no'],
  ]);
});

test('has one table within at most: deeper names are joined by dots', () => {
  const target = { is: 'pixelTarget', normalise: 'channel' };
  const { text } = factTable({
    losses: [{ loss: { is: 'reconstruction', target }, weight: 1 }, { weight: 0.5 }],
  });
  expect(text.match(/<table/g)?.length).toBe(2);
  expect(rowsOf(text.slice(text.lastIndexOf('<table')))).toEqual([
    ['1.loss.is', 'reconstruction'],
    ['1.loss.target.is', 'pixelTarget'],
    ['1.loss.target.normalise', 'channel'],
    ['1.weight', '1'],
    ['2.weight', '0.5'],
  ]);
});
