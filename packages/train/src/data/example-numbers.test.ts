import { expect, it } from 'vitest';
import { featuresOf } from './example-numbers.js';
import type { TrainingExample } from './examples.js';

const model = { grid: { slices: 1, rows: 1, columns: 2 } } as const;
const lists = [Uint32Array.of(0), Uint32Array.of(1)];
const example = (id: string, features?: Float32Array) =>
  ({ id, features }) as never as TrainingExample<object>;

it('compares the features of an example with those of the first, and the first with none', () => {
  const [first, other] = [example('one', new Float32Array(6)), example('two')];
  expect(() => featuresOf(model, [other, first], lists)).toThrow(
    expect.objectContaining({
      where: 'Example "two"',
      expected: 'features of each of 2 tokens',
      received: 'none',
    }),
  );
  expect(() => featuresOf(model, [first, other], lists)).toThrow(
    expect.objectContaining({
      where: 'Example "two"',
      expected: 'features of each of 2 tokens, as many as example "one" has, 6',
    }),
  );
});
