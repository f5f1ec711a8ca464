import { seededRandom, uniformIndex } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import type { CropPlan } from '../decode/crop.js';
import { createMotionGrid } from './grid.js';
import { plan, vectors } from './motion-blocks.test-support.js';

/** What the grid must hold after one frame, pixel by pixel of a crop `scale` times as large as the output. */
function byPixels(
  { coded, orientation, geometry }: CropPlan,
  blocks: Parameters<typeof vectors>,
  distances: { readonly backward: number; readonly forward: number },
  cell: number,
  scale: number,
) {
  const { width, height } = geometry.size;
  const columns = Math.ceil(width / cell);
  const cells = columns * Math.ceil(height / cell);
  const { transposed, flippedX, flippedY } = orientation;
  const sums = Array.from({ length: cells }, () => ({ x: 0, y: 0, covered: 0, pixels: 0 }));
  for (let v = 0; v < coded.height; v++) {
    for (let u = 0; u < coded.width; u++) {
      const over = blocks.filter(([[left, top, across, down]]) => {
        const [x, y] = [coded.x + u - left, coded.y + v - top];
        return x >= 0 && x < across && y >= 0 && y < down;
      });
      const mean = (axis: 1 | 2) =>
        over.reduce((sum, block) => {
          const share = block[3] ? 1 / distances.forward : -1 / distances.backward;
          return sum + (block[axis] * share) / over.length / scale;
        }, 0);
      let [x, y] = (transposed ? [v, u] : [u, v]) as [number, number];
      let [moveX, moveY] = (transposed ? [mean(2), mean(1)] : [mean(1), mean(2)]) as [number, number];
      if (flippedX) [x, moveX] = [width * scale - 1 - x, -moveX];
      if (flippedY) [y, moveY] = [height * scale - 1 - y, -moveY];
      const sum = sums[Math.floor(y / scale / cell) * columns + Math.floor(x / scale / cell)]!;
      sum.pixels += 1;
      if (over.length === 0) continue;
      sum.x += moveX;
      sum.y += moveY;
      sum.covered += 1;
    }
  }
  const known = sums.map(({ covered, pixels }) => covered / pixels >= 0.5);
  return {
    known: known.map(Number),
    vectors: sums.flatMap(({ x, y, covered }, c) => (known[c] ? [x / covered, y / covered] : [0, 0])),
  };
}

describe('a frame on the grid', () => {
  it('is the mean over the pixels of each cell, wherever the crop begins and however it is turned', () => {
    const random = seededRandom('motion');
    const draw = (count: number) => uniformIndex(count, random);
    let known = 0;
    for (let round = 0; round < 60; round++) {
      const [scale, cell] = [1 + draw(3), 1 + draw(9)];
      const size = { width: 8 + draw(16), height: 8 + draw(16) };
      const [flippedX, flippedY, transposed] = [draw(2) === 1, draw(2) === 1, draw(2) === 1];
      const [across, down] = transposed ? [size.height, size.width] : [size.width, size.height];
      const coded = { x: draw(20), y: draw(20), width: across * scale, height: down * scale };
      const turned = plan(coded, size, { transposed, flippedX, flippedY });
      const blocks: Parameters<typeof vectors> = Array.from({ length: 25 }, () => [
        [8 * draw(10), 8 * draw(10), 8 + 8 * draw(2), 8 + 8 * draw(2)],
        draw(21) - 10,
        draw(21) - 10,
        draw(2) === 1,
      ]);
      const distances = { backward: 1 + draw(3), forward: 1 + draw(3) };
      const grid = createMotionGrid(turned, 1, cell, 'codec');
      grid.put(0, vectors(...blocks), (_left, _top, _width, _height, _x, _y, forward) =>
        forward ? -distances.forward : distances.backward,
      );
      const expected = byPixels(turned, blocks, distances, cell, scale);
      expect([...grid.field.known]).toEqual(expected.known);
      grid.field.vectors.forEach((value, i) => {
        expect(value).toBeCloseTo(expected.vectors[i]!, 4);
      });
      known += grid.field.known.filter((each) => each === 1).length / grid.field.known.length / 60;
    }
    expect(known).toBeGreaterThan(0.2);
    expect(known).toBeLessThan(0.8);
  });
});
