import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { flag, optional, optionTable, TgmError } from './index.js';
import { optionsContract } from './testing.js';

const declarations = mkdtempSync(join(tmpdir(), 'tgm-options-'));
writeFileSync(
  join(declarations, 'cakes.d.ts'),
  'export declare function bake(name: string, options?: BakeOptions): void;\n' +
    'export declare function fry({ hot }: FryOptions): Promise<void>;\n' +
    'export declare function eat(name: string): void;\n',
);
afterAll(() => rmSync(declarations, { recursive: true }));

const table = optionTable('bake', { hot: optional(flag(), true) }, TgmError);
const module = {
  bake: (_: string, options: object = {}) => table.check(options),
  fry: async (options: object) => table.check(options),
  eat: () => undefined,
};
const calls = {
  bake: (extra: object) => module.bake('x', { hot: true, ...extra }),
  fry: (extra: object) => module.fry({ hot: true, ...extra }),
};

/** The names of the checks that fail. */
async function failures(parts: object): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of optionsContract({ module, declarations, calls, ...parts })) {
    await run().catch(() => failed.push(name));
  }
  return failed;
}

it('passes where every function refuses', async () => {
  expect(await failures({})).toEqual([]);
});

it('finds a function that is not called', async () => {
  expect(await failures({ calls: { bake: calls.bake } })).toEqual(['every function with options is called']);
  expect(await failures({ calls: {}, module: { eat: module.eat } })).toEqual([]);
});

it.each([
  ['takes whatever comes', () => undefined],
  [
    'refuses with another error',
    (extra: object) => {
      if ('notAnOption' in extra) throw new TypeError('notAnOption');
    },
  ],
  ['refuses valid options, too', () => table.check({ hot: 'notAnOption' })],
])('finds a function that %s', async (_, fry) => {
  expect(await failures({ calls: { ...calls, fry } })).toEqual([
    'fry refuses an option that it does not know',
  ]);
});
