import { type Random, seededRandom } from '@tgm/masking';
import { actionPoses, cameraDrift, distractorPoses, type Pose } from './motion.js';
import {
  ACTIONS,
  type Action,
  type ClipKey,
  COLOUR_NAMES,
  type Colour,
  SHAPES,
  type Shape,
  TONE_NAMES,
  type Tone,
} from './world.js';

/** One shape and its life through the clip. */
export interface Body {
  readonly colour: Colour;
  readonly shape: Shape;
  /** Radians; where the dark notch lies. Absent on unnamed bodies. */
  readonly notch?: number;
  /** [FRAME_COUNT], without camera motion. */
  readonly poses: readonly Pose[];
}

/** Everything that is drawn in one clip. */
export interface Scene {
  readonly key: ClipKey;
  readonly action: Action;
  /** The object that the captions name: the biggest one, on top of the others. */
  readonly object: Body;
  /** Two or three smaller bodies that the captions of level `object` do not mention, each on top of those before it. */
  readonly distractors: readonly Body[];
  /** Camera motion in pixels per frame, null where the camera rests. */
  readonly drift: { readonly x: number; readonly y: number } | null;
  readonly tone: Tone;
}

const pick = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random() * values.length)]!;

/** The body that captions of level `pair` name beside the object: of the smaller ones the one on top. */
export const secondBody = ({ distractors }: Scene): Body => distractors.at(-1)!;

/** The scene of one clip. Actions go round by index, so that any run of clips has equal shares of them. */
export function sceneOf(key: ClipKey): Scene {
  const random = seededRandom('moving-shapes', key.seed, key.split, key.index);
  const action = ACTIONS[key.index % ACTIONS.length]!;
  const object: Body = {
    colour: pick(random, COLOUR_NAMES),
    shape: pick(random, SHAPES),
    notch: 2 * Math.PI * random(),
    poses: actionPoses(action, random),
  };
  const count = random() < 0.5 ? 2 : 3;
  const distractors = Array.from({ length: count }, () => ({
    colour: pick(random, COLOUR_NAMES),
    shape: pick(random, SHAPES),
    poses: distractorPoses(random),
  }));
  return { key, action, object, distractors, drift: cameraDrift(random), tone: pick(random, TONE_NAMES) };
}
