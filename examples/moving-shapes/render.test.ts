import { describe, expect, test } from 'vitest';
import {
  ACTIONS,
  type Action,
  type Box,
  FRAME_COUNT,
  FRAME_SIZE,
  renderScene,
  type Scene,
  STILL_ACTIONS,
  sceneOf,
  secondBody,
} from './index.js';
import { COLOURS, COVERAGE_CELLS } from './world.js';

const keyOf = (index: number) => ({ seed: 3, split: 'test', index });
/** Scenes of one action with a resting camera, so that boxes move only as the action says. */
function* restingScenes(action: Action) {
  for (let index = ACTIONS.indexOf(action); index < 120; index += ACTIONS.length) {
    const scene = sceneOf(keyOf(index));
    if (scene.drift === null) yield scene;
  }
}
/** Poses out of the frame. */
const nowhere = ({ object }: Scene) => object.poses.map((pose) => ({ ...pose, x: -1000 }));
const centre = ({ x, y, width, height }: Box) => [x + width / 2, y + height / 2];

describe('renderScene', () => {
  test('draws the same clip from the same key, and another from another', () => {
    const first = renderScene(sceneOf(keyOf(5)));
    const again = renderScene(sceneOf(keyOf(5)));
    expect(Buffer.compare(again.frames, first.frames)).toBe(0);
    expect(again.boxes).toEqual(first.boxes);
    expect(Buffer.compare(renderScene(sceneOf(keyOf(17))).frames, first.frames)).not.toBe(0);
  });

  test('fills the boxes of discs with their colour', () => {
    for (let index = 0; index < 48; index++) {
      const scene = sceneOf(keyOf(index));
      if (scene.object.shape !== 'circle') continue;
      const { frames, boxes } = renderScene(scene);
      boxes.forEach(({ x: left, y: top, width, height }, frame) => {
        const { brightness } = scene.object.poses[frame]!;
        const expected = COLOURS[scene.object.colour].map((value) => 255 * brightness * value);
        let matching = 0;
        for (let y = top; y < top + height; y++) {
          for (let x = left; x < left + width; x++) {
            const at = ((frame * FRAME_SIZE + y) * FRAME_SIZE + x) * 3;
            if (expected.every((value, channel) => Math.abs(frames[at + channel]! - value) < 8)) matching++;
          }
        }
        // A disc fills pi / 4 = 0.785 of its box; the notch up to 0.08, a ragged edge the rest.
        const share = matching / (width * height);
        expect(share).toBeGreaterThan(0.58);
        expect(share).toBeLessThan(0.8);
      });
    }
  });

  test('reports the area of a disc as coverage', () => {
    const scene = sceneOf(keyOf(10));
    const disc = { ...scene, drift: null, object: { ...scene.object, shape: 'circle' as const } };
    const { coverage } = renderScene(disc);
    const cellArea = (FRAME_SIZE / COVERAGE_CELLS) ** 2;
    const pixels = coverage
      .subarray(0, COVERAGE_CELLS ** 2)
      .reduce((sum, share) => sum + share * cellArea, 0);
    expect(pixels / (Math.PI * disc.object.poses[0]!.radius ** 2)).toBeCloseTo(1, 2);
  });

  test('reports what shows of the second body: less where the named object lies on it', () => {
    const scene = sceneOf(keyOf(10));
    const small = { ...secondBody(scene), shape: 'square' as const };
    const poses = small.poses.map((pose) => ({ ...pose, x: 40, y: 40, radius: 10, angle: 0 }));
    const away = scene.object.poses.map((pose) => ({ ...pose, x: 100, y: 100, radius: 16, angle: 0 }));
    const object = { ...scene.object, shape: 'square' as const };
    const seen = (objectX: number): number => {
      const { secondCoverage } = renderScene(
        {
          ...scene,
          drift: null,
          distractors: [{ ...small, poses }],
          object: { ...object, poses: away.map((pose) => ({ ...pose, x: objectX, y: 40 })) },
        },
        [3],
      );
      return (FRAME_SIZE / COVERAGE_CELLS) ** 2 * secondCoverage.reduce((sum, share) => sum + share, 0);
    };
    const side = 2 * 0.84 * 10;
    expect(seen(100) / side ** 2).toBeCloseTo(1, 2);
    expect(seen(40)).toBeCloseTo(0, 3);
    // The object's left edge runs through the middle of the second body.
    expect(seen(40 + 0.84 * 16) / side ** 2).toBeCloseTo(0.5, 2);
  });

  test('names the body on top of the other small ones as the second', () => {
    for (let index = 0; index < 6; index++) {
      const scene = sceneOf(keyOf(index));
      const { secondCoverage } = renderScene({
        ...scene,
        object: { ...scene.object, poses: nowhere(scene) },
      });
      const alone = renderScene({
        ...scene,
        distractors: [secondBody(scene)],
        object: { ...scene.object, poses: nowhere(scene) },
      });
      expect(secondCoverage).toEqual(alone.secondCoverage);
      expect(secondCoverage.some((share) => share > 0)).toBe(true);
    }
  });

  test.each([
    ['left', -1, 0],
    ['right', 1, 0],
    ['up', 0, -1],
    ['down', 0, 1],
  ] as const)('moves %s at 3 to 4.5 pixels per frame', (action, directionX, directionY) => {
    let scenes = 0;
    for (const scene of restingScenes(action)) {
      const { boxes } = renderScene(scene);
      const [x, y] = centre(boxes[10]!);
      const [x0, y0] = centre(boxes[5]!);
      const along = ((x! - x0!) * directionX + (y! - y0!) * directionY) / 5;
      const across = ((x! - x0!) * directionY - (y! - y0!) * directionX) / 5;
      expect(along).toBeGreaterThan(2.7);
      expect(along).toBeLessThan(4.8);
      expect(Math.abs(across)).toBeLessThan(0.3);
      scenes++;
    }
    expect(scenes).toBeGreaterThan(2);
  });

  test.each([
    ['clockwise', 1],
    ['counterclockwise', -1],
  ] as const)('turns %s as seen on the screen', (action, sense) => {
    for (const scene of restingScenes(action)) {
      const points = renderScene(scene).boxes.map(centre);
      let turn = 0;
      for (let i = 2; i < FRAME_COUNT; i++) {
        const [x0, y0, x1, y1] = [0, 1].flatMap((step) => [
          points[i - 1 + step]![0]! - points[i - 2 + step]![0]!,
          points[i - 1 + step]![1]! - points[i - 2 + step]![1]!,
        ]);
        turn += Math.sign(x0! * y1! - y0! * x1!);
      }
      // With y downwards a positive cross product is a clockwise turn.
      expect(turn * sense).toBeGreaterThan(FRAME_COUNT / 2);
    }
  });

  test('grows, shrinks, zigzags and stays as named', () => {
    const widths = (action: Action) =>
      [...restingScenes(action)].map((scene) => {
        const { boxes } = renderScene(scene);
        return boxes[FRAME_COUNT - 1]!.width / boxes[0]!.width;
      });
    for (const factor of widths('grow')) expect(factor).toBeGreaterThan(2);
    for (const factor of widths('shrink')) expect(factor).toBeLessThan(0.5);
    for (const action of STILL_ACTIONS) {
      for (const scene of restingScenes(action)) {
        const { boxes } = renderScene(scene);
        const [x, y] = centre(boxes[FRAME_COUNT - 1]!);
        const [x0, y0] = centre(boxes[0]!);
        // The centre of a growing triangle's box moves by 0.29 of the 18 pixels that its radius gains.
        expect(Math.hypot(x! - x0!, y! - y0!)).toBeLessThan(7);
      }
    }
    for (const scene of restingScenes('zigzag')) {
      const heights = renderScene(scene).boxes.map((box) => centre(box)[1]!);
      const turns = heights.filter(
        (y, i) => i > 1 && Math.sign(y - heights[i - 1]!) * Math.sign(heights[i - 1]! - heights[i - 2]!) < 0,
      );
      expect(turns.length).toBe(3);
    }
  });

  test('keeps the shares of the pilot', () => {
    const scenes = Array.from({ length: 600 }, (_, index) => sceneOf(keyOf(index)));
    const share = (holds: (scene: (typeof scenes)[number]) => boolean) => scenes.filter(holds).length / 600;
    expect(share((scene) => STILL_ACTIONS.has(scene.action))).toBeCloseTo(5 / 12, 10);
    // Binomial standard error of one half over 600 clips: 0.02.
    expect(Math.abs(share((scene) => scene.drift !== null) - 0.5)).toBeLessThan(0.07);
    expect(Math.abs(share((scene) => scene.distractors.length === 3) - 0.5)).toBeLessThan(0.07);

    const cells = scenes.slice(0, 60).flatMap((scene) => [...renderScene(scene).coverage]);
    const covered = cells.filter((value) => value > 0.05).length / cells.length;
    // 14 % of the tokens in the pilot.
    expect(covered).toBeGreaterThan(0.1);
    expect(covered).toBeLessThan(0.17);
  });
});
