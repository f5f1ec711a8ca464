import { describe, expect, it } from 'vitest';
import { requireJson } from './require-json.js';

const circular: Record<string, unknown> = { is: 'a' };
circular.again = [circular];

describe('a description', () => {
  it('is JSON, in which a value may stand twice and an option be left out', () => {
    const size = { width: 3 };
    requireJson({ is: 'a', on: true, list: [1, null, 'b'], one: size, other: size, none: undefined });
  });

  it.each<[string, unknown, string, string]>([
    ['a number that is none', { batches: { ratio: Number.NaN } }, 'batches.ratio', 'NaN'],
    ['a function', { source: { score: Math.abs } }, 'source.score', 'the function abs'],
    ['a map', { source: new Map([[1, 2]]) }, 'source', 'an object of Map'],
    [
      'an array of numbers',
      { source: { weights: [Float32Array.of(1)] } },
      'source.weights.0',
      'Float32Array of 1',
    ],
    ['a whole number without end', { run: 3n }, 'run', '3'],
    ['nothing in a list', { list: [undefined] }, 'list.0', 'undefined'],
    ['itself', circular, 'again.0', 'a value that holds itself'],
  ])('does not hold %s', (_name, description, path, received) => {
    expect(() => requireJson(description)).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        where: `trainer, what describe gives, ${path}`,
        received: expect.stringContaining(received),
      }),
    );
  });
});
