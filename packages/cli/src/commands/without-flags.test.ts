import { listOf, optional, optionTable, text } from '@tgm/options';
import { describe, expect, it } from 'vitest';
import { optionGroup, section } from '../config/section.js';
import { sectionFlags } from '../config/section-flags.js';
import { CliError } from '../program/errors.js';
import { withoutFlags } from './without-flags.js';

const sectionOf = (name: string, fields: Parameters<typeof optionTable>[1]) =>
  section(
    name,
    optionGroup(
      optionTable(name, fields, CliError),
      Object.fromEntries(Object.keys(fields).map((option) => [option, ['', '']])),
    ),
  );
const known = sectionFlags([
  sectionOf('data', { source: optional(text()), caption: optional(text()) }),
  sectionOf('masks', { video: text(), caption: optional(text()), longTexts: optional(listOf(text())) }),
]);
const [video, caption, texts] = ['video', 'caption', 'longTexts'].map((option) => ({
  section: 'masks',
  option,
  shown: `<${option}>`,
}));
const source = { section: 'data', option: 'source', shown: '<videos>' };

const run = (
  positionals: readonly (typeof source)[],
  args: readonly string[],
  given: readonly string[] = [],
) =>
  withoutFlags(
    { name: 'masks', positionals },
    args,
    undefined,
    known,
    new Map(given.map((flag) => [flag, []])),
  );

describe('withoutFlags', () => {
  it('gives texts to options in their order, and none to those behind', () => {
    expect(run([video!, caption!], ['a.mp4', 'a dog'])).toEqual([
      ['video', ['a.mp4']],
      ['caption', ['a dog']],
    ]);
    expect(run([video!, caption!], ['a.mp4'])).toEqual([['video', ['a.mp4']]]);
  });

  it('leaves out what has its flag, in its short form or with its section', () => {
    for (const flag of ['video', 'masks.video'])
      expect(run([video!, caption!], ['a dog'], [flag])).toEqual([['caption', ['a dog']]]);
  });

  it('gives all that is left to the last one where it is a list', () => {
    expect(run([video!, texts!], ['a.mp4', 'a', 'b'])).toEqual([
      ['video', ['a.mp4']],
      ['long-texts', ['a', 'b']],
    ]);
  });

  it("names the section where the short form is another section's", () => {
    const ofData = { section: 'data', option: 'caption', shown: '<text>' };
    expect(run([ofData], ['a dog'])).toEqual([['data.caption', ['a dog']]]);
    expect(run([source], ['videos'])).toEqual([['source', ['videos']]]);
  });

  it.each([
    [[video!], ['a.mp4', 'b.mp4'], []],
    [[video!], ['b.mp4'], ['video']],
    [[], ['b.mp4'], []],
  ])('refuses what nothing takes', (positionals, args, given) => {
    expect(() => run(positionals, args, given)).toThrow(/Unexpected argument 'b.mp4'/);
  });
});
