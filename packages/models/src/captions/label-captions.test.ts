import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillTemplate, labelCaptions, labelWords, readClassDescriptions } from './label-captions.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'labels-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('labels as captions', () => {
  it.each([
    ['ApplyEyeMakeup', 'apply eye makeup'],
    ['brush_hair', 'brush hair'],
    ['tai chi', 'tai chi'],
    ['TaiChi', 'tai chi'],
    ['playing  drums', 'playing drums'],
  ])('%s is "%s" in words', (label, words) => {
    expect(labelWords(label)).toBe(words);
  });

  it('fills templates with them', () => {
    expect(labelCaptions('brush_hair', ['a video of {}', '{}: someone does {}'])).toEqual([
      'a video of brush hair',
      'brush hair: someone does brush hair',
    ]);
    expect(() => labelCaptions('x', ['a video'])).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });

  it("fills the places of Something-Something's classes", () => {
    const template = 'Putting [something similar to other things] onto [something]';
    expect(fillTemplate(template, ['a $& cup', 'a table'])).toBe('putting a $& cup onto a table');
    expect(() => fillTemplate(template, ['a cup'])).toThrow('one for each of [something similar');
  });

  it('reads descriptions of classes from a file', async () => {
    const path = join(folder, 'classes.json');
    await writeFile(path, JSON.stringify({ archery: ['a person draws a bow'], yoga: ['a', 'b'] }));
    const descriptions = await readClassDescriptions(path);
    expect([...descriptions]).toEqual([
      ['archery', ['a person draws a bow']],
      ['yoga', ['a', 'b']],
    ]);
    await writeFile(path, JSON.stringify({ archery: [] }));
    await expect(readClassDescriptions(path)).rejects.toThrow(
      'key archery: expected a list of at least one text, none empty, got []',
    );
    await expect(readClassDescriptions(join(folder, 'none.json'))).rejects.toMatchObject({
      code: 'FILE_FAILED',
      expected: 'a file of descriptions of classes',
    });
  });
});
