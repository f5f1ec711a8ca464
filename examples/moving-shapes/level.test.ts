import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  ACTION_PHRASES,
  ACTIONS,
  COLOUR_NAMES,
  captionsOf,
  drawClip,
  FRAME_SIZE,
  LEVEL_NAMES,
  LEVELS,
  type Level,
  type LevelName,
  renderScene,
  type Scene,
  SHAPES,
  STILL_ACTIONS,
  sceneOf,
} from './index.js';
import { checkLevel } from './level.js';

const keyOf = (index: number) => ({ seed: 3, split: 'test', index });
const scenesOf = (name: LevelName, count: number) =>
  Array.from({ length: count }, (_, index) => sceneOf(keyOf(index), LEVELS[name]));

const away = (body: Scene['object']) => ({
  ...body,
  poses: body.poses.map((pose) => ({ ...pose, x: -1000 })),
});
/** The scene without its shapes. */
const bare = (scene: Scene): Scene => ({
  ...scene,
  object: away(scene.object),
  distractors: scene.distractors.map(away),
});

test('version 1 of the data set stays as it was', () => {
  const hash = createHash('sha256');
  for (let index = 0; index < 24; index++) {
    const { frames, rows } = drawClip({ seed: 1, split: 'train', index });
    hash.update(frames);
    hash.update(JSON.stringify([rows.object, rows.scene, rows.pair]));
  }
  // The data sets that are there are of these bytes. Where they must change, so must VERSION in make.ts.
  expect(hash.digest('hex')).toBe('3977bba320248b3d742c8f0bfa3d2c1ec6661ff2338712b62fb6a37b1d0085de');
});

describe('named levels', () => {
  test.each(LEVEL_NAMES)('%s passes its own check, and rows have its labels and captions', (name) => {
    const level: Level = LEVELS[name];
    expect(checkLevel(level)).toEqual(level);
    for (let index = 0; index < 2; index++) {
      const { rows } = drawClip(keyOf(index), level);
      expect(Object.keys(rows)).toEqual([...level.captions]);
      for (const row of Object.values(rows)) {
        expect(row.label).toBe(index);
        expect(row.action).toBe(level.actions[index]);
      }
    }
  });

  test('names: the captions name the object, and nothing tells what it does', () => {
    const phrases = Object.values(ACTION_PHRASES).flat();
    for (const scene of scenesOf('names', 60)) {
      const { name, object } = captionsOf(scene);
      expect(new Set(name).size).toBe(3);
      name.forEach((caption, at) => {
        const words = caption.split(' ');
        expect(COLOUR_NAMES.filter((colour) => words.includes(colour))).toEqual([scene.object.colour]);
        expect(SHAPES.filter((shape) => words.includes(shape))).toEqual([scene.object.shape]);
        expect(phrases.filter((phrase) => caption.includes(phrase))).toEqual([]);
        expect(object[at]!.startsWith(caption)).toBe(true);
      });
      const otherwise = captionsOf({ ...scene, action: scene.action === 'left' ? 'spin' : 'left' });
      expect(otherwise.name).toEqual(name);
    }
  });

  test('still, moving and drifting are what they are called', () => {
    expect(scenesOf('still', 20).every(({ action }) => STILL_ACTIONS.has(action))).toBe(true);
    expect(scenesOf('moving', 28).some(({ action }) => STILL_ACTIONS.has(action))).toBe(false);
    expect(scenesOf('drifting', 48).some(({ drift }) => drift === null)).toBe(false);
    expect(new Set(scenesOf('drifting', 12).map(({ action }) => action)).size).toBe(ACTIONS.length);
    expect(new Set(scenesOf('still', 20).map(({ drift }) => drift === null)).size).toBe(2);
  });
});

describe('plain', () => {
  const SIDE = 16;

  /** Of the deviations of brightness in a patch of 16 x 16 pixels, the share that no plane explains. */
  function unevenness(frame: Uint8Array, top: number, left: number): number {
    const middle = (SIDE - 1) / 2;
    const value = (y: number, x: number) => frame[3 * ((top + y) * FRAME_SIZE + left + x) + 1]!;
    const sum = (of: (y: number, x: number) => number) => {
      let total = 0;
      for (let y = 0; y < SIDE; y++) for (let x = 0; x < SIDE; x++) total += of(y, x);
      return total;
    };
    // Rows and columns about the middle are orthogonal, so that the slopes can be told one by one.
    const mean = sum(value) / SIDE ** 2;
    const spread = sum((y) => (y - middle) ** 2);
    const down = sum((y, x) => (y - middle) * value(y, x)) / spread;
    const across = sum((y, x) => (x - middle) * value(y, x)) / spread;
    const plane = (y: number, x: number) => mean + down * (y - middle) + across * (x - middle);
    return sum((y, x) => (value(y, x) - plane(y, x)) ** 2) / sum((y, x) => (value(y, x) - mean) ** 2);
  }

  /** The median over the patches of some grounds. */
  function typicalUnevenness(name: LevelName): number {
    const all = scenesOf(name, 8).flatMap((scene) => {
      const { frames } = renderScene(bare(scene), [0]);
      const corners = Array.from({ length: FRAME_SIZE / SIDE }, (_, at) => at * SIDE);
      return corners.flatMap((top) => corners.map((left) => unevenness(frames, top, left)));
    });
    return all.sort((a, b) => a - b)[Math.floor(all.length / 2)]!;
  }

  test('the ground of a patch is a slope, more than elsewhere', () => {
    expect(typicalUnevenness('plain')).toBeLessThan(0.05);
    expect(typicalUnevenness('actions')).toBeGreaterThan(3 * typicalUnevenness('plain'));
  });

  test('the ground is grey and rests', () => {
    const scenes = scenesOf('plain', 12);
    expect(scenes.every(({ drift }) => drift === null)).toBe(true);
    for (const scene of scenes) {
      const { frames } = renderScene(bare(scene), [0, 15]);
      const [first, last] = [frames.subarray(0, frames.length / 2), frames.subarray(frames.length / 2)];
      expect(Buffer.compare(first, last)).toBe(0);
      expect(first.every((value, at) => value === first[at - (at % 3)])).toBe(true);
      expect(new Set(first).size).toBeGreaterThan(10);
    }
  });
});

describe('reversed', () => {
  const FRAME_BYTES = FRAME_SIZE ** 2 * 3;
  const framesOf = (frames: Uint8Array): string[] =>
    Array.from({ length: frames.length / FRAME_BYTES }, (_, frame) =>
      createHash('sha256')
        .update(frames.subarray(frame * FRAME_BYTES, (frame + 1) * FRAME_BYTES))
        .digest('hex'),
    );

  test('two clips of a pair are the same frames, one of them backwards', () => {
    for (let pair = 0; pair < 8; pair++) {
      const [first, second] = [0, 1].map((member) =>
        renderScene(sceneOf(keyOf(2 * pair + member), LEVELS.reversed)),
      );
      const [forwards, backwards] = [framesOf(first!.frames), framesOf(second!.frames)];
      expect(backwards).toEqual(forwards.toReversed());
      expect(second!.boxes).toEqual(first!.boxes.toReversed());
      // The frames that a model sees which takes every second one, and the two of each of its tubelets.
      const seen = (frames: string[]) => frames.filter((_, frame) => frame % 2 === 0);
      expect(seen(backwards)).toEqual(seen(forwards).toReversed());
      expect(new Set(forwards).size).toBe(8);
    }
  });

  test('the second clip does what its label says', () => {
    const moves: Record<string, (from: Body, to: Body) => boolean> = {
      left: (from, to) => to.x < from.x,
      right: (from, to) => to.x > from.x,
      up: (from, to) => to.y < from.y,
      down: (from, to) => to.y > from.y,
      grow: (from, to) => to.width > from.width,
      shrink: (from, to) => to.width < from.width,
    };
    type Body = { readonly x: number; readonly y: number; readonly width: number };
    const seen = new Set<string>();
    for (const scene of scenesOf('reversed', 64)) {
      if (scene.drift !== null || !moves[scene.action]) continue;
      const { boxes } = renderScene(scene, [5, 10]);
      expect(moves[scene.action]!(boxes[0]!, boxes[1]!)).toBe(true);
      seen.add(scene.action);
    }
    expect([...seen].sort()).toEqual(Object.keys(moves).sort());
  });

  test('captions of a pair differ in what the object does alone', () => {
    for (let index = 0; index < 32; index += 2) {
      const [first, second] = [index, index + 1].map((each) =>
        captionsOf(sceneOf(keyOf(each), LEVELS.reversed)),
      );
      expect(second!.name).toEqual(first!.name);
      first!.object.forEach((caption, at) => {
        expect(second!.object[at]).not.toBe(caption);
      });
    }
  });
});

describe('checkLevel', () => {
  const { still, reversed } = LEVELS;
  test.each<[string, object]>([
    ['no action', { ...still, actions: [] }],
    ['an action twice', { ...still, actions: ['left', 'left'] }],
    ['an unknown action', { ...still, actions: ['jump'] }],
    ['an unknown name', { ...still, camra: 'rests' }],
    ['another camera', { ...still, camera: 'shakes' }],
    ['no captions', { ...still, captions: [] }],
    ['a ground of negative noise', { ...still, ground: { ...still.ground, noise: -1 } }],
    ['a pair that is none', { ...reversed, actions: ['left', 'up'] }],
    ['half a pair', { ...reversed, actions: ['left', 'right', 'up'] }],
  ])('refuses %s', (_, level) => {
    expect(() => checkLevel(level)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});

describe('tiled', () => {
  const SIDE = 16;
  test('shows the same in every patch of every frame, and another pattern in every clip', () => {
    const grounds = scenesOf('tiled', 6).map((scene) => renderScene(bare(scene), [0, 9]).frames);
    for (const frames of grounds) {
      const value = (frame: number, y: number, x: number) =>
        frames[3 * ((frame * FRAME_SIZE + y) * FRAME_SIZE + x)]!;
      const tile = new Set<number>();
      let different = 0;
      for (let frame = 0; frame < 2; frame++) {
        for (let y = 0; y < FRAME_SIZE; y++) {
          for (let x = 0; x < FRAME_SIZE; x++) {
            if (value(frame, y, x) !== value(0, y % SIDE, x % SIDE)) different++;
            tile.add(value(frame, y, x));
          }
        }
      }
      expect(different).toBe(0);
      expect(tile.size).toBeGreaterThan(8); // not flat
    }
    expect(new Set(grounds.map((frames) => frames.join())).size).toBe(6);
  });
});
