import {
  eitherOf,
  flag,
  listOf,
  nested,
  number,
  oneOf,
  optional,
  passing,
  text,
  wholeNumber,
} from '@tgm/options';
import { describe, expect, it } from 'vitest';
import { readCommandLine } from './command-line.js';

const fields = {
  steps: optional(wholeNumber({ from: 1 })),
  ratio: optional(number({ from: 0, below: 1 }), 0.75),
  out: optional(text(), 'runs'),
  quick: optional(flag(), false),
};
const read = (args: readonly string[]) =>
  readCommandLine(
    {
      program: 'bake',
      fields,
    },
    args,
  );

describe('readCommandLine', () => {
  it('reads numbers, texts and flags, and fills in defaults', () => {
    expect(read(['--steps', '3', '--ratio=1e-1', '--quick'])).toEqual({
      steps: 3,
      ratio: 0.1,
      out: 'runs',
      quick: true,
    });
    expect(read([])).toEqual({ ratio: 0.75, out: 'runs', quick: false });
    expect(read(['--out', '12'])).toMatchObject({ out: '12' });
    expect(read(['--out=-1'])).toMatchObject({ out: '-1' });
    expect(read(['--steps', '3', '-h'])).toBeUndefined();
  });

  it.each<readonly [string, readonly string[], string, RegExp]>([
    ['an option it does not know', ['--speed', '3'], 'USAGE', /Unknown option '--speed'/],
    ['an argument that is no option', ['here'], 'USAGE', /Unexpected argument 'here'/],
    ['an option without its value', ['--steps'], 'USAGE', /argument missing/],
    [
      'an option whose value is another option',
      ['--steps', '--quick'],
      'USAGE',
      /--steps --quick, which may be two options/,
    ],
    ['a negative number apart', ['--steps', '-1'], 'USAGE', /Write --steps=-1 if it is one with its value/],
    ['an option given twice', ['--steps=3', '--steps=4'], 'USAGE', /--steps more than once/],
    ['a flag with a value', ['--quick=no'], 'USAGE', /does not take an argument/],
    ['a word for a number', ['--steps=many'], 'OPTION_INVALID', /got "many"/],
    ['nothing for a number', ['--steps='], 'OPTION_INVALID', /got ""/],
    ['a hexadecimal number', ['--steps=0x10'], 'OPTION_INVALID', /got "0x10"/],
    ['a fraction for a whole number', ['--steps=1.5'], 'OPTION_INVALID', /got 1.5/],
    ['an endless number', ['--ratio=1e999'], 'OPTION_INVALID', /got Infinity/],
    ['a number out of range', ['--ratio=1'], 'OPTION_INVALID', /a number from 0 and below 1, got 1/],
  ])('refuses %s', (_, args, code, message) => {
    expect(() => read(args)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('takes a list several times, JSON, and the opposite of a flag', () => {
    const lists = {
      names: optional(listOf(text())),
      sizes: optional(listOf(number())),
      both: optional(eitherOf('"all" or a list', oneOf(['all']), listOf(text()))),
      tin: optional(nested({ width: number() })),
      warm: optional(flag(), true),
      top: optional(eitherOf('false or cream', oneOf([false]), nested({ cream: number() }))),
    };
    const readLists = (...args: string[]) => readCommandLine({ program: 'bake', fields: lists }, args);
    expect(readLists('--names', 'a, b', '--names=c')).toMatchObject({ names: ['a, b', 'c'] });
    expect(readLists('--names', 'a')).toMatchObject({ names: ['a'] });
    expect(readLists('--names', '["a","b"]')).toMatchObject({ names: ['a', 'b'] });
    expect(readLists('--sizes', '1', '--sizes', '2e1')).toMatchObject({ sizes: [1, 20] });
    expect(readLists('--both', 'all')).toMatchObject({ both: 'all' });
    expect(readLists('--both', 'one')).toMatchObject({ both: ['one'] });
    expect(readLists('--tin', '{"width": 3}')).toMatchObject({ tin: { width: 3 } });
    expect(readLists('--no-warm')).toMatchObject({ warm: false });
    expect(readLists('--no-top')).toMatchObject({ top: false });
    expect(readLists('--top', '{"cream": 2}')).toMatchObject({ top: { cream: 2 } });
    expect(() => readLists('--top={"cream": 2}', '--no-top')).toThrow(/--top more than once/);
    expect(() => readLists('--no-top', '--top={"cream": 2}')).toThrow(/--top more than once/);
    expect(() => readLists('--no-top=1')).toThrow(/does not take an argument/);
    expect(() => readLists('--no-names')).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it('takes a list several times whatever its entries have to be', () => {
    const lists = {
      tops: optional(eitherOf('some', oneOf(['jam', 'nuts']), listOf(oneOf(['jam', 'nuts'])))),
      sayings: optional(listOf(passing('with {}', (value): value is string => String(value).includes('{}')))),
    };
    const readLists = (...args: string[]) => readCommandLine({ program: 'bake', fields: lists }, args);
    expect(readLists('--tops', 'jam', '--tops', 'nuts')).toMatchObject({ tops: ['jam', 'nuts'] });
    expect(readLists('--sayings', 'a {}', '--sayings', 'b {}')).toMatchObject({ sayings: ['a {}', 'b {}'] });
    expect(() => readLists('--tops', 'jam', '--tops', 'salt')).toThrow(/got "salt"|got \["jam", "salt"\]/);
  });

  it('names the option that was probably meant', () => {
    expect(() => read(['--step', '3'])).toThrow(/Unknown option '--step'. Did you mean --steps\?/);
    expect(() => read(['--weather', '3'])).toThrow(/Unknown option '--weather'. --help lists them/);
  });
});
