import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  describer,
  listOf,
  number,
  oneOf,
  optional,
  optionTable,
  recorded,
  TgmError,
  unrecorded,
  wholeNumber,
} from './index.js';
import { type DescribedFactory, descriptionContract, type ExportedFactories } from './testing.js';

const table = optionTable(
  'bake',
  {
    share: number({ from: 0, to: 1 }),
    top: optional(oneOf(['cream', 'none']), 'none'),
    layers: optional(listOf(wholeNumber()), [1]),
    ovens: unrecorded(optional(wholeNumber(), 1)),
  },
  TgmError,
);
type Cake = ReturnType<typeof table.check>;
const part = optionTable('bake', { share: number(), layers: listOf(wholeNumber()) }, TgmError);

const cake: DescribedFactory = {
  name: 'bake',
  make: (options) => ({ describe: describer('bake', recorded(table, table.check(options))) }),
  options: { share: 0.5 },
  changes: { share: [0, 1], top: 'cream', layers: [[2], [1, 1]] },
};

/** What the checks that fail say, by their names. */
async function failures(factory: Partial<DescribedFactory>): Promise<Record<string, string>> {
  return failuresOf(descriptionContract({ factories: [{ ...cake, ...factory }] }));
}

async function failuresOf(checks: ReturnType<typeof descriptionContract>): Promise<Record<string, string>> {
  const failed: Record<string, string> = {};
  for (const { name, run } of checks) {
    await run().catch((error: TgmError) => {
      expect(error.code).toBe('CONTRACT_BROKEN');
      failed[name] = error.message;
    });
  }
  return failed;
}

const making = (describeCake: (options: Cake) => unknown): Partial<DescribedFactory> => ({
  make: (options) => ({ describe: describeCake(table.check(options)) }),
});

describe('a factory', () => {
  it('passes where each option is told', async () => {
    expect(await failures({})).toEqual({});
    expect(await failures({ make: async (options) => cake.make(options) })).toEqual({});
  });

  it('has an entry for every option that it tells', async () => {
    expect(await failures({ changes: { share: 0, layers: [[2]] } })).toEqual({
      'bake has another value for every option that it tells':
        'descriptionContract, bake: expected a change of each option, got none of top.',
    });
  });

  it('fails where the description leaves an option out', async () => {
    expect(await failures(making((options) => describer('bake', recorded(part, options))))).toEqual({
      'bake tells another top': expect.stringContaining('another top for "cream", got undefined'),
    });
  });

  it('fails where the description tells an option by another name', async () => {
    const renamed = (options: Cake) => {
      const told = describer('bake', recorded(table, options));
      const { top, ...rest } = told();
      return Object.assign(() => ({ ...rest, icing: top }), { fields: told.fields });
    };
    expect(Object.keys(await failures(making(renamed)))).toEqual(['bake tells another top']);
  });

  it('fails for any one of several values', async () => {
    const { changes } = cake;
    expect(await failures({ changes: { ...changes, top: [] } })).toEqual({
      'bake tells another top': expect.stringContaining('another value of top, got an empty list'),
    });
    expect(await failures({ changes: { ...changes, share: [0, 0.5] } })).toEqual({
      'bake tells another share': expect.stringContaining('another share for 0.5, got 0.5'),
    });
    expect(Object.keys(await failures({ changes: { ...changes, layers: [[2], [1]] } }))).toEqual([
      'bake tells another layers',
    ]);
  });

  it.each([
    ['no describe', () => undefined, 'a function describe'],
    ['a describe without a table', () => () => ({ is: 'bake' }), 'a describe that describer made'],
  ])('fails with %s', async (_, describeCake, expected) => {
    const failed = await failures(making(describeCake));
    expect(failed['bake makes what tells its options by its table']).toContain(expected);
    expect(Object.keys(failed)).toHaveLength(6);
  });

  it('fails where it makes nothing', async () => {
    expect(Object.keys(await failures({ make: () => undefined }))).toHaveLength(6);
  });

  it('fails where the description names another function', async () => {
    const fried = await failures(making((options) => describer('fry', recorded(table, options))));
    expect(fried).toEqual({
      'bake makes what tells its options by its table': expect.stringContaining('is: "bake", got "fry"'),
    });
  });

  let calls = 0;
  it.each([
    ['that JSON cannot say', (told: object) => ({ ...told, baked: new Date(0) })],
    ['with a part that JSON leaves out', (told: object) => ({ ...told, eat() {} })],
    ['that is never the same', (told: object) => ({ ...told, calls: calls++ })],
  ])('fails with a description %s', async (_, spoil) => {
    const spoilt = (options: Cake) => {
      const told = describer('bake', recorded(table, options));
      return Object.assign(() => spoil(told()), { fields: told.fields });
    };
    expect(Object.keys(await failures(making(spoilt)))).toEqual([
      'bake describes itself in JSON, and the same again',
    ]);
  });
});

describe('exported factories', () => {
  const declarations = mkdtempSync(join(tmpdir(), 'tgm-descriptions-'));
  writeFileSync(
    join(declarations, 'cakes.d.ts'),
    'export interface Cake {\n    size: number;\n}\n' +
      'export declare function bake(options: BakeOptions): Cake;\n' +
      '/** Bakes several. */\n' +
      'export declare function fry<T extends object>(given: T, options?: {\n' +
      '    /** How warm (degrees): more is quicker; */\n    readonly warm?: number;\n}): Cake<T & {\n    a: 1;\n}>;\n' +
      'export declare const boil: (options: object) => Cake;\n' +
      'export declare function deliver(options: object): Promise<Cake>;\n' +
      'export declare function eat(make: () => Cake, cake: Cake): void;\n' +
      'export declare function list(options: object): Cake[];\n' +
      'export declare function hide(options: object): Cake;\n' +
      'export declare function slice(options: object): CakeSlice;\n' +
      'export {};\n//# sourceMappingURL=cakes.d.ts.map\n',
  );
  afterAll(() => rmSync(declarations, { recursive: true }));

  const module = { bake: 1, fry: 1, boil: 1, deliver: 1, eat: 1, list: 1, slice: 1 };
  const failed = (names: readonly string[], exported: Partial<ExportedFactories> = {}) =>
    failuresOf(
      descriptionContract({
        factories: names.map((name) => ({ ...cake, name })),
        exported: { module, declarations, returns: ['Cake'], ...exported },
      }).slice(0, 1),
    );

  it('are all tried', async () => {
    expect(await failed(['bake', 'fry', 'boil', 'deliver'])).toEqual({});
    expect(await failed(['bake'])).toEqual({
      'every function that makes a Cake is tried': expect.stringContaining('none for fry,boil,deliver'),
    });
  });

  it('are there', async () => {
    expect(await failed(['bake', 'fry', 'boil', 'deliver'], { returns: ['Cake', 'Pie'] })).toEqual({
      'every function that makes a Cake or Pie is tried': expect.stringContaining(
        'a function that returns a Pie',
      ),
    });
  });
});

it('refuses to check nothing', () => {
  expect(() => descriptionContract({ factories: [] })).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID', where: 'descriptionContract, option factories' }),
  );
  const { changes: _, ...unchanged } = cake;
  expect(() => descriptionContract({ factories: [unchanged as never] })).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID' }),
  );
});
