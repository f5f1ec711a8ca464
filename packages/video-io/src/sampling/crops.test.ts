import { seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { multiScaleCrop, type Rectangle, randomResizedCrop, viewCrops } from '../index.js';

const source = { width: 340, height: 256 };
const drawMany = (count: number, draw: (random: () => number) => Rectangle): Rectangle[] =>
  Array.from({ length: count }, (_, i) => draw(seededRandom('crops', i)));
const inside = ({ x, y, width, height }: Rectangle) =>
  x >= 0 && y >= 0 && x + width <= source.width && y + height <= source.height;

describe('multiScaleCrop', () => {
  it('draws sides of the shorter side at most one step apart, at thirteen places', () => {
    const crops = drawMany(5000, (random) => multiScaleCrop(source, random));
    expect(crops.every(inside)).toBe(true);
    // 256 times 1, 0.875, 0.75, 0.66: 4 equal pairs and 3 neighbouring ones either way round.
    const sizes = new Set(crops.map(({ width, height }) => `${width}x${height}`));
    expect([...sizes].sort()).toEqual(
      [
        '168x168',
        '168x192',
        '192x168',
        '192x192',
        '192x224',
        '224x192',
        '224x224',
        '224x256',
        '256x224',
        '256x256',
      ].sort(),
    );
    const places = new Set(
      crops.filter(({ width, height }) => width === 168 && height === 168).map(({ x, y }) => `${x},${y}`),
    );
    // Room of 172 and 88: quarters of 43 and 22.
    const quarters = (a: number, b: number) => `${43 * a},${22 * b}`;
    const expected = [
      [0, 0],
      [4, 0],
      [0, 4],
      [4, 4],
      [2, 2],
      [0, 2],
      [4, 2],
      [2, 4],
      [2, 0],
      [1, 1],
      [3, 1],
      [1, 3],
      [3, 3],
    ];
    expect([...places].sort()).toEqual(expected.map(([a, b]) => quarters(a!, b!)).sort());
  });
});

describe('randomResizedCrop', () => {
  it('draws areas and aspects evenly within their ranges', () => {
    const crops = drawMany(4000, (random) => randomResizedCrop(source, random, { area: [0.1, 0.4] }));
    expect(crops.every(inside)).toBe(true);
    const areas = crops.map(({ width, height }) => (width * height) / (340 * 256));
    const logs = crops.map(({ width, height }) => Math.log(width / height));
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(areas)).toBeCloseTo(0.25, 2);
    expect(Math.abs(mean(logs))).toBeLessThan(0.02);
    expect(Math.min(...areas)).toBeGreaterThan(0.098);
    expect(Math.max(...areas)).toBeLessThan(0.405);
    expect(Math.max(...logs)).toBeLessThan(Math.log(4 / 3) + 0.01);
    expect(Math.min(...logs)).toBeGreaterThan(Math.log(3 / 4) - 0.01);
  });

  it('takes the middle when no shape fits', () => {
    const wide = { width: 1000, height: 10 };
    const crop = randomResizedCrop(wide, seededRandom(1), { area: [1, 1] });
    expect(crop).toEqual({
      x: expect.closeTo(500 - 20 / 3),
      y: 0,
      width: expect.closeTo(40 / 3),
      height: 10,
    });
  });
});

describe('viewCrops', () => {
  it('spreads squares along the longer side', () => {
    const square = { width: 224, height: 224 };
    expect(viewCrops(source, square, 3)).toEqual([
      { x: 0, y: 0, width: 256, height: 256 },
      { x: 42, y: 0, width: 256, height: 256 },
      { x: 84, y: 0, width: 256, height: 256 },
    ]);
    expect(viewCrops({ width: 100, height: 180 }, square, 2).map(({ y }) => y)).toEqual([0, 80]);
    expect(viewCrops(source, square, 1)).toEqual([{ x: 42, y: 0, width: 256, height: 256 }]);
  });
});
