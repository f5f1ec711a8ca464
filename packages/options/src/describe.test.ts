import { expect, it } from 'vitest';
import {
  describer,
  flag,
  nested,
  number,
  objectWith,
  optional,
  optionTable,
  recorded,
  TgmError,
  unrecorded,
  wholeNumber,
} from './index.js';

class CakeError extends TgmError<'OPTION_INVALID'> {}

const table = optionTable(
  'bake',
  {
    share: number({ from: 0, to: 1 }),
    layers: optional(wholeNumber({ from: 1 }), 2),
    ovens: unrecorded(optional(wholeNumber({ from: 1 }), 4)),
    tin: optional(nested({ round: flag() })),
    icing: optional(objectWith<object>('an icing', [])),
  },
  CakeError,
);
const describeCake = (options: object) => describer('bake', recorded(table, table.check(options)))();

it('tells every option with its default, but for the unrecorded ones', () => {
  expect(describeCake({ share: 0.5, ovens: 9 })).toEqual({ is: 'bake', share: 0.5, layers: 2 });
  expect(describeCake({ share: 1, layers: 3, tin: { round: true } })).toEqual({
    is: 'bake',
    share: 1,
    layers: 3,
    tin: { round: true },
  });
  expect(describer('bake', recorded(table, table.check({ share: 1 }))).fields).not.toHaveProperty('ovens');
});

it('checks an unrecorded option as any other', () => {
  expect(() => table.check({ share: 1, ovens: 0 })).toThrow(
    'bake, option ovens: expected a whole number from 1',
  );
});

it('lets values tell themselves, and joins several tables', () => {
  const icing = { colour: 'pink', describe: () => ({ is: 'ice', sugar: 3 }) };
  expect(describeCake({ share: 0, icing })).toMatchObject({ icing: { is: 'ice', sugar: 3 } });
  const plate = optionTable('serve', { plates: wholeNumber() }, CakeError);
  const both = describer('party', recorded(table, table.check({ share: 0 })), recorded(plate, { plates: 2 }));
  expect(both()).toEqual({ is: 'party', share: 0, layers: 2, plates: 2 });
});

it.each([[new Map()], [{ pour() {} }], [{ list: [new Date(0)] }]])(
  'refuses %o, which JSON cannot say',
  (icing) => {
    expect(() => describeCake({ share: 0, icing })).toThrow(
      expect.objectContaining({ code: 'NOT_DESCRIBED', where: expect.stringContaining('bake.icing') }),
    );
  },
);

it('asks an object with functions for a describe of its own', () => {
  expect(() => describeCake({ share: 0, icing: { name: 'own', pour() {} } })).toThrow(
    expect.objectContaining({
      code: 'NOT_DESCRIBED',
      where: 'bake.icing',
      expected: 'a function describe that tells what it is',
      received: 'an object with the function pour and no describe',
    }),
  );
});
