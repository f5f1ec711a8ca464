import { describe, expect, test } from 'vitest';
import { ACTION_PHRASES, ACTIONS, COLOUR_NAMES, captionsOf, SHAPES, sceneOf, secondBody } from './index.js';

const scenes = Array.from({ length: 240 }, (_, index) => sceneOf({ seed: 1, split: 'train', index }));

/** Actions whose phrases a caption contains. */
const actionsIn = (caption: string) =>
  ACTIONS.filter((action) => ACTION_PHRASES[action].some((phrase) => ` ${caption} `.includes(` ${phrase} `)));

describe('captionsOf', () => {
  test('says colour, shape and action in each of three different paraphrases', () => {
    for (const scene of scenes) {
      const { object } = captionsOf(scene);
      expect(new Set(object).size).toBe(3);
      for (const caption of object) {
        const words = caption.split(' ');
        expect(COLOUR_NAMES.filter((colour) => words.includes(colour))).toEqual([scene.object.colour]);
        expect(SHAPES.filter((shape) => words.includes(shape))).toEqual([scene.object.shape]);
        expect(actionsIn(caption)).toEqual([scene.action]);
      }
    }
  });

  test('names a second body at pair level', () => {
    for (const scene of scenes) {
      const { object, pair } = captionsOf(scene);
      const { colour, shape } = secondBody(scene);
      expect(pair).toEqual(object.map((caption) => `${caption} with a small ${colour} ${shape}`));
    }
  });

  test('adds the surroundings at scene level and keeps the action unmistakable', () => {
    for (const scene of scenes) {
      for (const caption of captionsOf(scene).scene) {
        expect(actionsIn(caption)).toEqual([scene.action]);
        expect(caption).toContain(`${scene.tone} background`);
        expect(caption).toContain(scene.drift === null ? 'camera rests' : 'camera moves');
        for (const { colour, shape } of scene.distractors)
          expect(caption).toContain(`a small ${colour} ${shape}`);
      }
    }
  });
});
