import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  accepts,
  callable,
  eitherOf,
  flag,
  innerFields,
  listOf,
  nested,
  number,
  objectWith,
  oneOf,
  optional,
  optionTable,
  passing,
  TgmError,
  takesList,
  text,
  wholeNumber,
} from './index.js';

class CakeError extends TgmError<'OPTION_INVALID' | 'CAKE_BURNT'> {}

const table = optionTable(
  'bake',
  {
    share: number({ from: 0, below: 1 }),
    layers: optional(wholeNumber({ from: 1 }), 2),
    top: optional(oneOf(['cream', 'none']), 'none'),
    warm: optional(flag(), false),
    name: optional(text()),
    oven: optional(objectWith<{ heat(): void }>('an oven', ['heat'])),
    done: optional(callable<() => void>()),
    sizes: optional(listOf(wholeNumber({ above: 0 }), { from: 1 })),
    tin: optional(nested({ width: number({ above: 0 }), depth: optional(number({ above: 0 })) })),
    shards: optional(eitherOf('a whole number from 1, or "all"', wholeNumber({ from: 1 }), oneOf(['all']))),
  },
  CakeError,
);

function refusal(options: unknown): CakeError {
  try {
    table.check(options);
  } catch (error) {
    if (error instanceof CakeError) return error;
    throw error;
  }
  throw new Error(`accepted ${JSON.stringify(options)}`);
}

describe('a table of options', () => {
  it('fills in defaults and keeps what is given, functions and objects themselves', () => {
    const oven = { heat() {}, brand: 'x' };
    const done = () => {};
    const options = table.check({
      share: 0.5,
      oven,
      done,
      name: undefined,
      tin: { width: 3 },
      shards: 'all',
    });
    expect(options).toMatchObject({ share: 0.5, layers: 2, top: 'none', warm: false, tin: { width: 3 } });
    expect(options.oven).toBe(oven);
    expect(options.done).toBe(done);
    expectTypeOf(options.layers).toEqualTypeOf<number>();
    expectTypeOf(options.top).toEqualTypeOf<'cream' | 'none'>();
    expectTypeOf(options.name).toEqualTypeOf<string | undefined>();
  });

  it.each([
    [{ share: 1 }, 'bake, option share', 'a number from 0 and below 1', '1'],
    [{ share: Number.NaN }, 'bake, option share', 'a number from 0 and below 1', 'NaN'],
    [{ share: '0.5' }, 'bake, option share', 'a number from 0 and below 1', '"0.5"'],
    [{}, 'bake, option share', 'a number from 0 and below 1', 'nothing'],
    [undefined, 'bake, option share', 'a number from 0 and below 1', 'nothing'],
    [{ share: 0, layers: 1.5 }, 'bake, option layers', 'a whole number from 1', '1.5'],
    [{ share: 0, layers: null }, 'bake, option layers', 'a whole number from 1', 'null'],
    [{ share: 0, top: 'jam' }, 'bake, option top', '"cream" or "none"', '"jam"'],
    [{ share: 0, warm: 1 }, 'bake, option warm', 'true or false', '1'],
    [{ share: 0, name: '' }, 'bake, option name', 'a text that is not empty', '""'],
    [{ share: 0, oven: {} }, 'bake, option oven', 'an oven (with heat)', '{}'],
    [{ share: 0, done: 'yes' }, 'bake, option done', 'a function', '"yes"'],
    [{ share: 0, sizes: [1, 0] }, 'bake, option sizes.1', 'a whole number above 0', '0'],
    [{ share: 0, sizes: [] }, 'bake, option sizes', 'a list of at least 1', '[]'],
    [{ share: 0, sizes: 3 }, 'bake, option sizes', 'a list', '3'],
    [{ share: 0, Layers: 3 }, 'bake, option Layers', 'one of the options share, layers', 'an unknown name'],
    [
      { share: 0, tin: { width: 1, depht: 2 } },
      'bake, option tin.depht',
      'one of the options width, depth',
      'an unknown name',
    ],
    [{ share: 0, tin: 4 }, 'bake, option tin', 'an object of options', '4'],
    [{ share: 0, shards: 0 }, 'bake, option shards', 'a whole number from 1, or "all"', '0'],
    [null, 'bake', 'an object of options', 'null'],
    [[], 'bake', 'an object of options', '[]'],
    ['share', 'bake', 'an object of options', '"share"'],
  ])('refuses %j', (options, where, expected, received) => {
    const error = refusal(options);
    expect(error).toMatchObject({ code: 'OPTION_INVALID', name: 'CakeError', where, received });
    expect(error.expected).toContain(expected);
    expect(error.message).toBe(`${where}: expected ${error.expected}, got ${received}.`);
  });

  it('gives a function that is a default as it is, and does not call it', () => {
    const done = () => {
      throw new Error('called');
    };
    const defaults = optionTable('bake', { done: optional(callable<() => void>(), done) }, CakeError);
    expect(defaults.check({}).done).toBe(done);
  });

  it('names every fault at once, unknown names among them', () => {
    const error = refusal({ share: 2, layers: 0, topping: 'x', colour: 'y' });
    expect(error.where).toBe('bake');
    for (const name of ['share', 'layers', 'topping', 'colour'])
      expect(error.expected).toContain(`${name}: `);
    expect(error.received).toContain('share: 2; layers: 0');
  });

  it('says what it expects of an option that is missing', () => {
    const nestedTable = optionTable('tin', { tin: nested({ width: number() }) }, CakeError);
    expect(() => nestedTable.check({})).toThrow(
      'tin, option tin: expected an object of options, got nothing.',
    );
    expect(() => nestedTable.check({ tin: {} })).toThrow(
      'tin, option tin.width: expected a number, got nothing.',
    );
  });

  it('takes no name from a prototype for an option', () => {
    expect(refusal({ share: 0, toString: 1 }).where).toBe('bake, option toString');
  });

  it.each([
    ['number', () => number({ form: 0 } as never), 'bounds of a number, option form'],
    ['number', () => number({ from: '0' } as never), 'bounds of a number, option from'],
    ['wholeNumber', () => wholeNumber({ below: Number.NaN }), 'bounds of a number, option below'],
    ['listOf', () => listOf(text(), { to: 3 } as never), 'bounds of a list, option to'],
  ])('%s refuses bounds that it does not know (%#)', (_, field, where) => {
    expect(field).toThrow(expect.objectContaining({ code: 'OPTION_INVALID', where }));
  });

  it('takes bounds as they are meant, and no infinity', () => {
    const bounded = (field: Parameters<typeof optionTable>[1][string], value: unknown) => () =>
      optionTable('bake', { value: field }, CakeError).check({ value });
    for (const field of [number({ from: 1, to: 3 }), wholeNumber({ from: 1, to: 3 })]) {
      expect(bounded(field, 1)()).toEqual({ value: 1 });
      expect(bounded(field, 3)()).toEqual({ value: 3 });
      expect(bounded(field, 4)).toThrow('expected a');
      expect(bounded(field, 0)).toThrow('expected a');
    }
    for (const value of [0, 3]) expect(bounded(number({ above: 0, below: 3 }), value)).toThrow('expected a');
    for (const value of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      expect(bounded(number(), value)).toThrow('expected a');
  });

  it('takes whatever passes a test, and says what was expected', () => {
    const even = passing('an even number', (value): value is number => Number(value) % 2 === 0);
    const evens = optionTable('bake', { eggs: even }, CakeError);
    expect(evens.check({ eggs: 4 })).toEqual({ eggs: 4 });
    expect(() => evens.check({ eggs: 3 })).toThrow('bake, option eggs: expected an even number, got 3.');
  });
});

describe('what else a table tells', () => {
  it('lists the faults that it would throw for, with the options of their own', () => {
    expect(table.faults({ share: 0.5 })).toEqual([]);
    expect(table.faults({ share: 2, top: 'jam', tin: { width: 0, lid: 1 }, sise: 3 })).toEqual([
      { option: 'share', expected: 'a number from 0 and below 1', received: '2' },
      { option: 'top', expected: '"cream" or "none"', received: '"jam"' },
      { option: 'tin.width', expected: 'a number above 0', received: '0' },
      { option: 'tin.lid', expected: 'one of the options width, depth', received: 'an unknown name' },
      { option: 'sise', expected: expect.stringContaining('share, layers'), received: 'an unknown name' },
    ]);
    expect(table.faults(undefined).map(({ option }) => option)).toEqual(['share']);
    expect(table.faults([1])).toEqual([{ option: '', expected: 'an object of options', received: '[1]' }]);
  });

  it('says of a field what it takes, and which options lie within it', () => {
    expect(accepts(table.fields.layers, 3)).toBe(true);
    expect(accepts(table.fields.layers, undefined)).toBe(true);
    expect(accepts(table.fields.share, undefined)).toBe(false);
    expect(accepts(table.fields.warm, 'true')).toBe(false);
    expect(Object.keys(innerFields(table.fields.tin)!)).toEqual(['width', 'depth']);
    expect(innerFields(nested({ a: flag() }))).toHaveProperty('a');
    expect(innerFields(table.fields.shards)).toBeUndefined();
    const either = eitherOf('a or b', nested({ a: flag() }), nested({ b: text() }));
    expect(Object.keys(innerFields(optional(either))!)).toEqual(['a', 'b']);
    expect(innerFields(eitherOf('a or a text', nested({ a: flag() }), text()))).toBeUndefined();
  });

  it('whether it takes a list, whatever the entries have to be', () => {
    const entry = oneOf(['lemon', 'plum']);
    for (const field of [listOf(entry), optional(listOf(entry), ['plum']), listOf(number({ above: 8 }))])
      expect(takesList(field)).toBe(true);
    expect(takesList(optional(eitherOf('one or some', entry, listOf(entry, { from: 1 }))))).toBe(true);
    for (const field of [entry, text(), nested({ a: listOf(entry) }), optional(flag(), true)])
      expect(takesList(field)).toBe(false);
  });
});
