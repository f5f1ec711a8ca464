import { describe, expect, it } from 'vitest';
import { armTable, meanOf, type SeedFigures } from './arm-table.js';
import { armTableText } from './arm-table-text.js';
import { arms, COMPARED, contrastView, leakKey } from './arms.js';
import { guidedClips } from './guided-clips.js';

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
    expect(armTableText(table)).toMatch(
      /\| text - random +\| the text mask, with a second view +\| 3, 4 +\| \+0\.5 ± 19\.1 +\|/,
    );
    expect(armTableText(table)).toMatch(/\| text +\|[^|]*\| 3, 4 +\| 40\.5 \(40\.0, 41\.0\)/);
  });

  it('says what a paired difference must be to be found (by hand)', () => {
    // The only question that both seeds have: text - random. 12.706 + 1.376 times a deviation of 2.1213, over sqrt(2).
    expect(table.detectable['probe/top1']).toBeCloseTo(21.12, 2);
    expect(armTableText(table)).toContain('in four of five tries: linear probe 21.1.');
    expect(armTableText(armTable(arms(0.75), seeds.slice(0, 1)))).toContain('One seed shows no difference');
  });
});

describe('arms', () => {
  const all = arms(0.75);
  const armOf = (name: string) => all.find((arm) => arm.name === name)!;

  it('compares arms that differ from the first in one thing, and share the second view', () => {
    const [first, ...others] = all.filter(({ name }) => COMPARED.includes(name));
    expect(others).toHaveLength(2);
    for (const arm of others) {
      expect(contrastView(arm).masking).toBe(first!.masking);
      const differs = [arm.masking !== first!.masking, arm.reconstructs !== first!.reconstructs];
      expect(differs.filter(Boolean)).toHaveLength(1);
    }
  });

  it.each(['text', 'text-paraphrase', 'text-softened', 'text-regions', 'text-mixed', 'text-no-positions'])(
    '%s differs from the paper’s way in one thing',
    (name) => {
      const [paper, arm] = [armOf('text-one-view'), armOf(name)];
      const described = (other: typeof arm) =>
        [other.masking, other.decoderMasking].map((masking) => JSON.stringify(masking.describe()));
      const differs = [
        ...described(arm).map((each, at) => each !== described(paper)[at]),
        arm.guide !== paper.guide,
        arm.secondView !== undefined,
        arm.reconstructs !== paper.reconstructs,
      ];
      expect(differs.filter(Boolean)).toHaveLength(1);
    },
  );

  it('share a measurement of the leak where contrast sees the same masks', () => {
    const random = ['random', 'text', 'contrast', 'text-shuffled', 'random-one-view', 'random-text-decoder'];
    expect(new Set(random.map((name) => leakKey(armOf(name)))).size).toBe(1);
    expect(new Set(all.map(leakKey)).size).toBe(1 + all.length - random.length);
  });
});

describe('guidedClips', () => {
  it('give a caption the scores of the next one of its video, or of another video', () => {
    const scores = (value: number) => Float32Array.of(value);
    const captions = [1, 2, 3].map((value) => ({
      caption: `caption ${value}`,
      embedding: scores(10 * value),
      tokenScores: scores(value),
    }));
    const clips = [{ captions, shuffledScores: [7, 8, 9].map(scores) }] as never;
    const guides = (['own', 'paraphrase', 'shuffled'] as const).map((guide) =>
      guidedClips(clips, guide)[0]!.captions.map(({ caption, embedding, tokenScores }) => [
        caption,
        embedding[0],
        tokenScores[0],
      ]),
    );
    const expected = (values: readonly number[]) =>
      values.map((value, at) => [`caption ${at + 1}`, 10 * (at + 1), value]);
    expect(guides).toEqual([expected([1, 2, 3]), expected([2, 3, 1]), expected([7, 8, 9])]);
  });
});
