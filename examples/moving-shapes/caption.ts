import { type Random, seededRandom } from '@tgm/masking';
import { type Body, type Scene, secondBody } from './scene.js';
import type { Action } from './world.js';

/** How captions say each action. No phrase of one action occurs inside a phrase of another. */
export const ACTION_PHRASES: Readonly<Record<Action, readonly string[]>> = {
  left: ['moves to the left', 'slides left', 'travels leftwards', 'drifts towards the left side'],
  right: ['moves to the right', 'slides right', 'travels rightwards', 'drifts towards the right side'],
  up: ['moves upwards', 'climbs up', 'rises', 'floats up to the top'],
  down: ['moves downwards', 'falls down', 'sinks', 'drops to the bottom'],
  clockwise: ['orbits clockwise', 'travels round clockwise', 'goes around in the clockwise sense'],
  counterclockwise: [
    'orbits counterclockwise',
    'travels round counterclockwise',
    'goes around in the counterclockwise sense',
  ],
  grow: ['grows', 'gets bigger', 'becomes larger', 'expands'],
  shrink: ['shrinks', 'gets smaller', 'becomes tiny', 'contracts'],
  spin: ['spins in place', 'rotates on the spot', 'turns around itself', 'whirls about its centre'],
  flash: ['flashes', 'blinks', 'flickers on and off', 'lights up again and again'],
  still: ['stays still', 'does not move', 'rests in its place', 'remains motionless'],
  zigzag: ['zigzags', 'moves in a zigzag', 'darts back and forth', 'runs in a jagged line'],
};

/** Sentences around the colour and shape (`thing`) and the action phrase (`does`). */
const SENTENCES: readonly ((thing: string, does: string) => string)[] = [
  (thing, does) => `a ${thing} ${does}`,
  (thing, does) => `the ${thing} ${does}`,
  (thing, does) => `there is a ${thing} that ${does}`,
  (thing, does) => `one large ${thing} ${does}`,
  (thing, does) => `this video shows a ${thing} which ${does}`,
];

/** Captions of one clip at three levels of detail. */
export interface Captions {
  /** Three paraphrases of what the named object is and does. */
  readonly object: readonly string[];
  /** The same three, each followed by the background, the smaller shapes and the camera. */
  readonly scene: readonly string[];
  /** The same three, each followed by `secondBody`. */
  readonly pair: readonly string[];
}

export const CAPTIONS_PER_CLIP = 3;

/** Three different members of a list, in random order. */
function pickThree<T>(random: Random, values: readonly T[]): T[] {
  const rest = [...values];
  return Array.from({ length: CAPTIONS_PER_CLIP }, () => {
    const [taken] = rest.splice(Math.floor(random() * rest.length), 1);
    return taken!;
  });
}

const name = (body: Body): string => `${body.colour} ${body.shape}`;

const small = (body: Body): string => `a small ${name(body)}`;

function surroundings(scene: Scene): string {
  const others = scene.distractors.map(small).join(' and ');
  const camera = scene.drift === null ? 'the camera rests' : 'the camera moves';
  return `on a ${scene.tone} background with ${others} while ${camera}`;
}

/** What the data set says about a scene; the paraphrases differ in sentence and in action phrase. */
export function captionsOf(scene: Scene): Captions {
  const { seed, split, index } = scene.key;
  const random = seededRandom('moving-shapes', 'captions', seed, split, index);
  const phrases = pickThree(random, ACTION_PHRASES[scene.action]);
  const sentences = pickThree(random, SENTENCES);
  const object = sentences.map((sentence, i) => sentence(name(scene.object), phrases[i]!));
  const around = surroundings(scene);
  const second = small(secondBody(scene));
  return {
    object,
    scene: object.map((caption) => `${caption} ${around}`),
    pair: object.map((caption) => `${caption} with ${second}`),
  };
}
