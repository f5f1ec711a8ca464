import { expect, test } from 'vitest';
import { COVERAGE_CELLS, captionsOf, FRAME_SIZE, LEVELS, renderScene, sceneOf } from './index.js';
import { GRAIN } from './noise-look.js';

const SIDE = FRAME_SIZE / GRAIN;
const scenes = Array.from({ length: 40 }, (_, index) =>
  sceneOf({ seed: 6, split: 'test', index }, LEVELS.noise),
);

/** [SIDE, SIDE] 1 where a grain is light; each grain must be of one brightness. */
function grainsOf(frame: Uint8Array): Uint8Array {
  const at = (y: number, x: number) => frame[3 * (y * FRAME_SIZE + x)]!;
  const brightnesses = [...new Set(frame)].sort((a, b) => a - b);
  expect(brightnesses).toHaveLength(2);
  for (let y = 0; y < FRAME_SIZE; y++) {
    for (let x = 0; x < FRAME_SIZE; x++) {
      if (at(y, x) !== at(y - (y % GRAIN), x - (x % GRAIN))) throw new Error(`a torn grain at ${y}, ${x}`);
    }
  }
  return Uint8Array.from({ length: SIDE * SIDE }, (_, grain) =>
    at(Math.floor(grain / SIDE) * GRAIN, (grain % SIDE) * GRAIN) === brightnesses[1] ? 1 : 0,
  );
}

/**
 * Chi-square of the 16 patterns of 2 x 2 grains against equal shares: 15 degrees of freedom. Where grains are coins of their own, it
 * is 15 in the mean, with a deviation of sqrt(30). Two squares share no grain.
 */
function chiSquare(grains: Uint8Array): number {
  const counts = new Float64Array(16);
  for (let row = 0; row < SIDE; row += 2) {
    for (let column = 0; column < SIDE; column += 2) {
      const corner = row * SIDE + column;
      const [a, b] = [grains[corner]!, grains[corner + 1]!];
      const [c, d] = [grains[corner + SIDE]!, grains[corner + SIDE + 1]!];
      counts[8 * a + 4 * b + 2 * c + d]! += 1;
    }
  }
  const expected = (SIDE / 2) ** 2 / 16;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

const frameOf = (frames: Uint8Array, slot: number) =>
  frames.subarray(slot * FRAME_SIZE ** 2 * 3, (slot + 1) * FRAME_SIZE ** 2 * 3);

test('one frame is noise, two frames are not', () => {
  let single = 0;
  let change = 0;
  for (const scene of scenes) {
    const { frames } = renderScene({ ...scene, drift: null }, [7, 9]);
    const [now, then] = [0, 1].map((slot) => grainsOf(frameOf(frames, slot)));
    single += chiSquare(now!);
    change += chiSquare(now!.map((grain, at) => grain ^ then![at]!));
  }
  const mean = 15 * scenes.length;
  const deviation = Math.sqrt(30 * scenes.length);
  expect(Math.abs(single - mean)).toBeLessThan(3.5 * deviation);
  expect(change - mean).toBeGreaterThan(100 * deviation);
});

test('the object is as light as what is around it, in one frame', () => {
  // Counts of light and dark grains, on the object and beside it.
  const counts = [
    [0, 0],
    [0, 0],
  ];
  for (const scene of scenes) {
    const { frames, boxes } = renderScene(scene, [7]);
    const { x, y, width, height } = boxes[0]!;
    grainsOf(frames).forEach((light, grain) => {
      const [top, left] = [Math.floor(grain / SIDE) * GRAIN, (grain % SIDE) * GRAIN];
      const inside = left >= x && left < x + width && top >= y && top < y + height;
      counts[inside ? 0 : 1]![light]! += 1;
    });
  }
  const all = counts.flat().reduce((sum, count) => sum + count, 0);
  const column = (light: number) => counts[0]![light]! + counts[1]![light]!;
  const chi = counts.reduce((sum, row) => {
    const inRow = row[0]! + row[1]!;
    return row.reduce((rest, count, light) => {
      const expected = (inRow * column(light)) / all;
      return rest + (count - expected) ** 2 / expected;
    }, sum);
  }, 0);
  // One degree of freedom; 0.1 % of such tables are above 10.8.
  expect(chi).toBeLessThan(10.8);
  expect(counts[0]![0]! + counts[0]![1]!).toBeGreaterThan(1000);
});

test('with a resting camera grains change where bodies move, and nowhere else', () => {
  for (const scene of scenes.slice(0, 14)) {
    const alone = { ...scene, drift: null, distractors: scene.distractors.map(nowhere) };
    const { frames, coverage } = renderScene(alone, [6, 10]);
    const [now, then] = [0, 1].map((slot) => grainsOf(frameOf(frames, slot)));
    const perCell = SIDE / COVERAGE_CELLS;
    let changed = 0;
    now!.forEach((grain, at) => {
      if (grain === then![at]) return;
      changed += 1;
      const cell =
        Math.floor(Math.floor(at / SIDE) / perCell) * COVERAGE_CELLS + Math.floor((at % SIDE) / perCell);
      expect(coverage[cell]! + coverage[COVERAGE_CELLS ** 2 + cell]!).toBeGreaterThan(0);
    });
    expect(changed).toBeGreaterThan(10);
  }
});

const nowhere = (body: (typeof scenes)[number]['object']) => ({
  ...body,
  poses: body.poses.map((pose) => ({ ...pose, x: -1000 })),
});

test('captions name no colour, which nobody could see', () => {
  for (const scene of scenes) {
    const { name, object } = captionsOf(scene);
    for (const caption of [...name, ...object]) {
      expect(caption).toContain(scene.object.shape);
      expect(caption).not.toContain(scene.object.colour);
    }
  }
});
