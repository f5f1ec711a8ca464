import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@tgm/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  broadNarrowViews,
  type ClipPlan,
  type ClipView,
  cvrlViews,
  encodeVideo,
  interIntraViews,
  longShortViews,
  sampleLoader,
  viewsRecipe,
} from '../index.js';
import { directPool } from '../pool/direct-pool.test-support.js';
import { info, size } from './fake-loading.test-support.js';

const dense = (stride: number) => ({ kind: 'dense', stride }) as const;
const range = { first: 10, count: 60 };

/** Plans of many samples. */
function plans(views: readonly ClipView[], count: number, frameCount = 8): ClipPlan[][] {
  const recipe = viewsRecipe({ frameCount, size, views });
  return Array.from({ length: count }, (_, i) => [...recipe.plan(info, range, seededRandom('views', i))]);
}

const span = ({ indices }: ClipPlan): number => Math.max(...indices) - Math.min(...indices);
const startOf = ({ indices }: ClipPlan): number => indices[0]! - range.first;

describe('viewsRecipe', () => {
  it('gives one clip of each view, within the part of the video that a sample is about', () => {
    for (const views of plans([...longShortViews({ short: 2, long: 8 }), ...cvrlViews({ stride: 3 })], 200)) {
      expect(views).toHaveLength(4);
      expect(views.map(span)).toEqual([14, 56, 21, 21]);
      for (const { indices, crop } of views) {
        expect(indices).toHaveLength(8);
        expect(Math.min(...indices)).toBeGreaterThanOrEqual(10);
        expect(Math.max(...indices)).toBeLessThan(70);
        expect(crop.x + crop.width).toBeLessThanOrEqual(info.width);
      }
    }
  });

  it('draws views of any moment one by one, each start as likely as another', () => {
    const drawn = plans([{ sampling: dense(7) }, { sampling: dense(7) }], 6000);
    // 8 frames at a stride of 7 span 50 of 60: starts 0 ... 10, 121 pairs of them.
    const pairs = new Array<number>(121).fill(0);
    for (const [first, second] of drawn) pairs[startOf(first!) * 11 + startOf(second!)]! += 1;
    expect(chiSquare(pairs, new Array(121).fill(1 / 121))).toBeLessThan(120 + 4 * Math.sqrt(240));
  });

  it('draws the distance of near views by a falling line, and which of them comes first', () => {
    const count = 6000;
    const drawn = plans([{ sampling: dense(7) }, { sampling: dense(7), moment: 'near' }], count);
    const last = 10;
    const distances = new Array<number>(last + 1).fill(0);
    let behind = 0;
    let apart = 0;
    for (const [first, second] of drawn) {
      const distance = startOf(second!) - startOf(first!);
      distances[Math.abs(distance)]! += 1;
      if (distance !== 0) apart += 1;
      if (distance > 0) behind += 1;
    }
    const expected = distances.map((_, t) => (2 * (last - t) + 1) / (last + 1) ** 2);
    expect(expected.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    // Ten degrees of freedom: mean 10, deviation sqrt(20).
    expect(chiSquare(distances, expected)).toBeLessThan(10 + 4 * Math.sqrt(20));
    expect(Math.abs(behind / apart - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / apart));
  });

  it('places near views of a distance anywhere in the video', () => {
    const starts = plans([{ sampling: dense(7) }, { sampling: dense(7), moment: 'near' }], 8000)
      .filter(([first, second]) => Math.abs(startOf(first!) - startOf(second!)) === 4)
      .map((views) => Math.min(...views.map(startOf)));
    const counts = new Array<number>(7).fill(0);
    for (const start of starts) counts[start]! += 1;
    expect(starts.length).toBeGreaterThan(500);
    expect(chiSquare(counts, new Array(7).fill(1 / 7))).toBeLessThan(6 + 4 * Math.sqrt(12));
  });

  it('keeps near views of other strides within the video', () => {
    const views: ClipView[] = [
      { sampling: dense(2) },
      { sampling: dense(7), moment: 'near' },
      { sampling: dense(4), moment: 'near' },
    ];
    for (const [first, second, third] of plans(views, 300)) {
      expect([first, second, third].map((plan) => span(plan!))).toEqual([14, 49, 28]);
      expect(Math.max(...[first, second, third].map((plan) => startOf(plan!)))).toBeLessThanOrEqual(10);
    }
  });

  it('breaks the order of a moment: a permutation, never the clip itself, or one of its frames', () => {
    const kept = new Set<string>();
    const views: ClipView[] = [
      { sampling: dense(2) },
      { moment: 'same' },
      { moment: 'same', order: 'shuffled' },
      { moment: 'same', order: 'repeated' },
    ];
    const repeated = new Array<number>(3).fill(0);
    for (const [first, same, shuffled, still] of plans(views, 3000, 3)) {
      const frames = first!.indices;
      expect(same!.indices).toEqual(frames);
      expect(shuffled!.indices).not.toEqual(frames);
      expect([...shuffled!.indices].sort((a, b) => a - b)).toEqual(frames);
      kept.add(shuffled!.indices.map((index) => frames.indexOf(index)).join(''));
      expect(new Set(still!.indices).size).toBe(1);
      repeated[frames.indexOf(still!.indices[0]!)]! += 1;
    }
    expect([...kept].sort()).toEqual(['021', '102', '120', '201', '210']);
    expect(chiSquare(repeated, [1 / 3, 1 / 3, 1 / 3])).toBeLessThan(2 + 4 * 2);
  });

  it('shuffles a broad view, and gives a view of the same moment its frames', () => {
    const views: ClipView[] = [{ sampling: { kind: 'segments' }, order: 'shuffled' }, { moment: 'same' }];
    for (const [shuffled, same] of plans(views, 50)) {
      // A frame of each eighth of 60.
      same!.indices.forEach((index, i) => {
        expect(Math.floor(((index - 10) * 8 + 7.999) / 60)).toBeGreaterThanOrEqual(i);
        expect(Math.floor(((index - 10) * 8) / 60)).toBeLessThanOrEqual(i);
      });
      expect([...shuffled!.indices].sort((a, b) => a - b)).toEqual(same!.indices);
    }
  });

  it('gives each view its own crop and flip', () => {
    const drawn = plans(
      [
        { sampling: dense(1), crop: { area: [0.1, 0.3], aspect: [1, 1] }, flip: true },
        { sampling: dense(1), crop: { area: [0.6, 0.7], aspect: [1, 1] } },
      ],
      400,
    );
    const area = ({ crop }: ClipPlan): number => (crop.width * crop.height) / (info.width * info.height);
    for (const [first, second] of drawn) {
      expect(area(first!)).toBeGreaterThan(0.095);
      expect(area(first!)).toBeLessThan(0.305);
      expect(area(second!)).toBeGreaterThan(0.59);
      expect(area(second!)).toBeLessThan(0.71);
      expect(second!.flip).toBe(false);
    }
    // 200 of 400, deviation 10.
    expect(Math.abs(drawn.filter(([first]) => first!.flip).length - 200)).toBeLessThan(40);
  });

  it('a change of one view changes nothing in the others', () => {
    const [first, second] = [{ sampling: dense(2) }, { sampling: dense(3), flip: true }] as const;
    const before = plans([first, second], 20);
    const after = plans(
      [{ ...first, order: 'shuffled', sampling: dense(5), crop: { area: [0.5, 1] } }, second],
      20,
    );
    expect(after.map(([, other]) => other)).toEqual(before.map(([, other]) => other));
    expect(after.map(([own]) => own)).not.toEqual(before.map(([own]) => own));
  });

  it('repeats the last frame of a video that is shorter than a view', () => {
    const recipe = viewsRecipe({ frameCount: 4, size, views: cvrlViews({ stride: 4 }) });
    const short = { first: 3, count: 6 };
    for (const { indices } of recipe.plan(info, short, seededRandom('short'))) {
      expect(indices).toEqual([3, 7, 7, 7]);
    }
  });

  it.each<readonly [string, readonly unknown[]]>([
    ['no view', []],
    ['a first view near to none', [{ sampling: dense(2), moment: 'near' }]],
    ['a view without frames', [{ sampling: dense(2) }, {}]],
    [
      'frames of its own at the same moment',
      [{ sampling: dense(2) }, { sampling: dense(4), moment: 'same' }],
    ],
    [
      'a broad view near to another',
      [{ sampling: dense(2) }, { sampling: { kind: 'segments' }, moment: 'near' }],
    ],
    [
      'a view near to a broad one',
      [{ sampling: { kind: 'segments' } }, { sampling: dense(2), moment: 'near' }],
    ],
    ['an order it does not know', [{ sampling: dense(2), order: 'backward' }]],
    ['a misspelt name', [{ sampling: dense(2), colors: {} }]],
  ])('refuses %s', (_, views) => {
    expect(() => viewsRecipe({ views: views as readonly ClipView[] })).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        where: expect.stringContaining('viewsRecipe, option views'),
      }),
    );
  });
});

describe('published views', () => {
  it('are those of their papers', () => {
    const [short, long] = plans(longShortViews({ short: 1, long: 8 }), 1)[0]!;
    expect([span(short!), span(long!)]).toEqual([7, 56]);
    const [narrow, broad] = plans(broadNarrowViews({ stride: 1, crop: { area: [0.1, 0.2] } }), 1)[0]!;
    expect(span(narrow!)).toBe(7);
    expect(span(broad!)).toBeGreaterThan(45);
    expect(broad!.crop.width * broad!.crop.height).toBeGreaterThan(
      3 * narrow!.crop.width * narrow!.crop.height,
    );
    const [anchor, positive, negative] = plans(interIntraViews({ stride: 2, broken: 'repeated' }), 1)[0]!;
    expect(positive!.indices).toEqual(anchor!.indices);
    expect(anchor!.indices).toContain(negative!.indices[0]);
    expect(new Set(negative!.indices).size).toBe(1);
  });
});

describe('views of a real video', () => {
  const [width, height, count] = [64, 48, 20];
  const plain = { contrast: 0, saturation: 0, hue: 0, grey: 0, blur: 0 };
  let folder: string;
  let source: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tgm-views-'));
    source = join(folder, 'a.mp4');
    // Each frame is one grey, 12 above the one before.
    const pixels = new Uint8Array(count * height * width * 3);
    for (let t = 0; t < count; t++)
      pixels.fill(10 + 12 * t, t * height * width * 3, (t + 1) * height * width * 3);
    await encodeVideo(source, pixels, { width, height, fps: 10 });
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are decoded in their order, and each has its own colours', async () => {
    const recipe = viewsRecipe({
      frameCount: 4,
      size: { width: 16, height: 16 },
      views: [
        { sampling: dense(2) },
        { moment: 'same', order: 'shuffled' },
        { moment: 'same', order: 'repeated' },
        { moment: 'same', colours: { ...plain, probability: 1, brightness: 0.9 } },
      ],
    });
    const load = sampleLoader({ pool: directPool(), recipe });
    let dimmed = 0;
    for (let key = 0; key < 8; key++) {
      const clips = await load({ id: 'a', source, captions: [] }, seededRandom('real', key));
      const greys = clips.map(({ frames }) => [0, 1, 2, 3].map((t) => frames[t * 16 * 16 * 3 + 400]!));
      for (const place of [0, 1, 2]) {
        clips[place]!.indices.forEach((index, t) => {
          expect(Math.abs(greys[place]![t]! - (10 + 12 * index))).toBeLessThanOrEqual(3);
        });
      }
      expect([...greys[1]!].sort((a, b) => a - b)).toEqual(greys[0]);
      expect(new Set(greys[2]).size).toBe(1);
      // One factor for all frames of a clip, and greys are cut to whole ones.
      const [before, after] = [greys[0]!, greys[3]!];
      const factor = (after[3]! + 0.5) / before[3]!;
      if (factor >= 1) continue;
      dimmed += 1;
      before.forEach((grey, t) => {
        expect(Math.abs(after[t]! - (factor * grey - 0.5))).toBeLessThanOrEqual(1);
      });
    }
    expect(dimmed).toBeGreaterThan(0);
  });
});

/** Sum of squared deviations from what is expected, in parts of it. */
function chiSquare(counts: readonly number[], expected: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce(
    (sum, count, i) => sum + (count - total * expected[i]!) ** 2 / (total * expected[i]!),
    0,
  );
}
