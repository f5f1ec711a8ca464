import { describe, expect, it } from 'vitest';
import { EvaluationError } from '../errors.js';
import { classTexts } from './class-texts.js';
import { zeroShot } from './zero-shot.js';

const [classes, width, count] = [4, 5, 20];
const textClasses = [3, 1, 2, 2].flatMap((texts, label) => new Array<number>(texts).fill(label));
const labels = Array.from({ length: count }, (_, v) => Math.floor((v * v + v) / 2) % classes);
const filled = (rows: number, at: (row: number, e: number) => number) => ({
  values: Float32Array.from({ length: rows * width }, (_, i) => at(Math.floor(i / width), i % width)),
  count: rows,
  width,
});
const meaning = (label: number, e: number) => Math.sin(1.3 * label * (e + 1) + 0.4 * e);
const texts = filled(8, (t, e) => meaning(textClasses[t]!, e) + 0.9 * Math.sin(2.1 * t * t + e));
const videos = filled(count, (v, e) => meaning(labels[v]!, e) + 1.2 * Math.sin(0.7 * v * v + 1.9 * e));
const data = { videos, labels, texts, textClasses, classes };

describe('zeroShot', () => {
  /** NumPy: rows divided by their norms, the mean of each class's texts, divided by its norm again for `embeddings`. */
  it('equals NumPy in both ways to take texts together', () => {
    const expected = {
      embeddings: [0.52696525, 0.33359074, 0.72444249, 0.65565709],
      scores: [0.43785154, 0.33359074, 0.72434385, 0.56317284],
    };
    for (const combine of ['embeddings', 'scores'] as const) {
      const result = zeroShot({ ...data, combine });
      expect([...result.predictions]).toEqual([0, 1, 2, 2, 3, 3, 1, 0, 0, 1, 3, 2, 2, 3, 3, 0, 0, 1, 3, 2]);
      expect(result.top1).toBeCloseTo(85, 10);
      for (const [label, score] of expected[combine].entries())
        expect(result.scores[3 * classes + label]).toBeCloseTo(score, 5);
    }
    expect(zeroShot(data)).toEqual(zeroShot({ ...data, combine: 'embeddings' }));
  });

  it('refuses wrong input by code', () => {
    const codeOf = (change: object) => {
      try {
        zeroShot({ ...data, ...change });
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'none';
    };
    expect(codeOf({})).toBe('none');
    expect(codeOf({ textClasses: textClasses.map((label) => (label === 1 ? 0 : label)) })).toBe(
      'TOO_FEW_EXAMPLES',
    );
    expect(codeOf({ textClasses: [0] })).toBe('LABELS_MISMATCH');
    expect(codeOf({ labels: labels.map(() => 4) })).toBe('LABEL_OUT_OF_RANGE');
    expect(codeOf({ combine: 'max' })).toBe('OPTION_INVALID');
  });
});

describe('classTexts', () => {
  const descriptions = new Map([
    ['archery', ['a long bow', 'arrows', 'can be silent']],
    ['HighJump', ['used mats']],
  ]);

  it('writes names, templates and descriptions', () => {
    const names = ['archery', 'HighJump'];
    expect(classTexts({ classes: names })).toEqual({ texts: ['archery', 'high jump'], textClasses: [0, 1] });
    expect(classTexts({ classes: names, templates: ['a video of {}', '{}.'] })).toEqual({
      texts: ['a video of archery', 'archery.', 'a video of high jump', 'high jump.'],
      textClasses: [0, 0, 1, 1],
    });
    expect(classTexts({ classes: names, descriptions })).toEqual({
      texts: ['a long bow', 'arrows', 'can be silent', 'used mats'],
      textClasses: [0, 0, 0, 1],
    });
    expect(
      classTexts({ classes: names, descriptions, form: 'descriptors', templates: ['{}'] }).texts,
    ).toEqual([
      'archery',
      'archery, which is a long bow',
      'archery, which has arrows',
      'archery, which can be silent',
      'high jump',
      'high jump, which is used mats',
    ]);
  });

  it('refuses a class that nothing is written about', () => {
    const refused = expect.objectContaining({ code: 'OPTION_INVALID' });
    expect(() => classTexts({ classes: ['diving'], descriptions })).toThrow(refused);
    expect(() => classTexts({ classes: [] })).toThrow(refused);
    const named = (where: string) => expect.objectContaining({ code: 'OPTION_INVALID', where });
    const unplaced = { classes: ['a'], templates: ['no place'] };
    expect(() => classTexts(unplaced)).toThrow(EvaluationError);
    expect(() => classTexts(unplaced)).toThrow(named('classTexts, option templates.0'));
    expect(() => classTexts({ classes: ['a', 'b', 'a'] })).toThrow(named('classTexts, option classes'));
    expect(() => classTexts({ classes: ['a'], form: 'descriptors' })).toThrow(
      named('classTexts, option form'),
    );
    for (const text of ['', ' '])
      expect(() => classTexts({ classes: ['a'], descriptions: new Map([['a', ['b', text]]]) })).toThrow(
        named('classTexts, option descriptions, class "a"'),
      );
  });
});
