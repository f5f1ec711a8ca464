import { seededRandom } from '@tgm/masking';
import { describe, expect, it } from 'vitest';
import { armTable, meanOf, type SeedFigures } from './arm-table.js';
import { armTableText } from './arm-table-text.js';
import { arms, COMPARED, type DemoCues } from './arms.js';
import { greyExamples } from './grey-examples.js';

const step = (arm: string, number: number, contrastive: number) => ({
  time: '',
  event: 'step',
  arm,
  step: number,
  terms: { contrastive },
  figures: { 'reconstruction baseline': 1 },
});

describe('meanOf', () => {
  it('gives the mean with the 95 % interval of Student’s t (by hand)', () => {
    // Squares about 2: 1 + 0 + 1; deviation 1; 4.303 / sqrt(3).
    expect(meanOf([1, 2, 3])).toMatchObject({ mean: 2, half: expect.closeTo(2.484, 3) });
    // Deviation sqrt(2) * 2; 12.706 * 2.828 / sqrt(2).
    expect(meanOf([1, 5])).toMatchObject({ mean: 3, half: expect.closeTo(25.412, 3) });
    expect(meanOf([4])).toEqual({ mean: 4, values: [4] });
  });
});

describe('armTable', () => {
  const probe = (value: number) => ({ 'probe/top1': value });
  const seeds: SeedFigures[] = [
    {
      seed: 3,
      scores: {
        pixels: probe(20),
        untrained: probe(23),
        text: probe(40),
        random: probe(38),
        'text-grey': probe(30),
      },
      steps: Array.from({ length: 40 }, (_, i) => step('text', i + 1, i < 8 ? 100 : i % 2)),
    },
    { seed: 4, scores: { text: probe(41), random: probe(42) }, steps: [step('random', 1, 3)] },
  ];
  const table = armTable(arms(0.75), seeds);
  const row = (name: string) => table.rows.find((each) => each.name === name);

  it('averages each arm over the seeds that have it', () => {
    expect(row('text')).toMatchObject({ seeds: [3, 4], numbers: { 'probe/top1': { mean: 40.5 } } });
    expect(row('untrained')).toMatchObject({ seeds: [3], numbers: { 'probe/top1': { mean: 23 } } });
    expect(row('motion')).toBeUndefined();
  });

  it('averages the losses of the last steps only', () => {
    const [first] = armTable(arms(0.75), seeds.slice(0, 1)).rows.filter(({ name }) => name === 'text');
    expect(first!.numbers.contrastive!.mean).toBe(0.5);
  });

  it('pairs differences by seed (by hand)', () => {
    const difference = table.differences.find(({ first, second }) => first === 'text' && second === 'random');
    // 2 and -1: mean 0.5, deviation 2.1213; 12.706 * 2.1213 / sqrt(2).
    expect(difference!.numbers['probe/top1']).toEqual({
      mean: 0.5,
      half: expect.closeTo(19.06, 2),
      values: [2, -1],
    });
    expect(armTableText(table)).toMatch(/\| text - random +\| the text mask +\| 3, 4 +\| \+0\.5 ± 19\.1 +\|/);
    expect(armTableText(table)).toMatch(/\| text +\|[^|]*\| 3, 4 +\| 40\.5 \(40\.0, 41\.0\)/);
  });
});

describe('arms', () => {
  it('compares arms that differ from the first in one thing, and share the second view', () => {
    const [first, ...others] = arms(0.75).filter(({ name }) => COMPARED.includes(name));
    expect(others).toHaveLength(2);
    for (const arm of others) {
      expect(arm.secondView).toBe(first!.secondView);
      const differs = [
        arm.masking !== first!.masking,
        arm.reconstructs !== first!.reconstructs,
        arm.grey !== first!.grey,
      ];
      expect(differs.filter(Boolean)).toHaveLength(1);
    }
  });
});

describe('greyExamples', () => {
  it('leaves nothing of the pixels, and everything else', async () => {
    const cues = {} as DemoCues;
    const example = { id: 'a', frames: Uint8Array.of(1, 2, 250), cues, caption: 'red' };
    const describe = () => ({ is: 'one clip' });
    const grey = greyExamples({ length: 1, id: () => 'a', describe, load: async () => [example] });
    expect(grey.length).toBe(1);
    expect(await grey.describe()).toEqual({ is: 'greyExamples', examples: { is: 'one clip' } });
    const [shown] = await grey.load(0, seededRandom(0));
    const { frames, ...rest } = shown!;
    expect(new Set(frames).size).toBe(1);
    expect(rest).toEqual({ id: 'a', cues, caption: 'red' });
    expect([...example.frames]).toEqual([1, 2, 250]);
  });
});
