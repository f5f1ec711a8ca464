import { type Random, seededRandom } from '@tgm/masking';
import type { CaptionKind } from './level.js';
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

/** Ways to name the colour and shape (`thing`), and the word that leads on to what it does. */
const OPENINGS: readonly { readonly name: (thing: string) => string; readonly link: string }[] = [
  { name: (thing) => `a ${thing}`, link: '' },
  { name: (thing) => `the ${thing}`, link: '' },
  { name: (thing) => `there is a ${thing}`, link: 'that ' },
  { name: (thing) => `one large ${thing}`, link: '' },
  { name: (thing) => `this video shows a ${thing}`, link: 'which ' },
];

/** Captions of one clip, of each kind. */
export interface Captions extends Readonly<Record<CaptionKind, readonly string[]>> {
  /** Three ways to say what the named object is and not what it does, as a captioner would that sees one frame. */
  readonly name: readonly string[];
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

function surroundings(scene: Scene): string {
  const ground = scene.level.look === 'noise' ? 'noisy' : scene.tone;
  const others = scene.distractors.map((body) => smallName(scene, body)).join(' and ');
  const camera = scene.drift === null ? 'the camera rests' : 'the camera moves';
  return `on a ${ground} background with ${others} while ${camera}`;
}

/** Noise shows no colour. */
const thing = ({ level }: Scene, { colour, shape }: Body): string =>
  level.look === 'noise' ? shape : `${colour} ${shape}`;

/** What captions call one of the smaller shapes. */
export const smallName = (scene: Scene, body: Body): string => `a small ${thing(scene, body)}`;

/**
 * What the data set says about a scene; the paraphrases differ in sentence and in action phrase. Captions of two clips in a pair
 * differ in nothing but what the object does.
 */
export function captionsOf(scene: Scene): Captions {
  const { seed, split, index } = scene.drawnAs;
  const random = seededRandom('moving-shapes', 'captions', seed, split, index);
  const phrases = pickThree(random, ACTION_PHRASES[scene.action]);
  const openings = pickThree(random, OPENINGS);
  const names = openings.map(({ name }) => name(thing(scene, scene.object)));
  const object = openings.map(({ link }, i) => `${names[i]} ${link}${phrases[i]}`);
  const around = surroundings(scene);
  const second = smallName(scene, secondBody(scene));
  return {
    name: names,
    object,
    scene: object.map((caption) => `${caption} ${around}`),
    pair: object.map((caption) => `${caption} with ${second}`),
  };
}
