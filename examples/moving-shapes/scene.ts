import { type Random, seededRandom } from '@tgm/masking';
import { LEVELS, type Level } from './level.js';
import { actionPoses, cameraDrift, distractorPoses, type Pose } from './motion.js';
import {
  type Action,
  type ClipKey,
  COLOUR_NAMES,
  type Colour,
  FRAME_COUNT,
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
  /** Whose draws these are: of the second clip of a pair, those of the first. */
  readonly drawnAs: ClipKey;
  readonly level: Level;
  /** [FRAME_COUNT] the moment that each frame shows: an index of poses. */
  readonly moments: readonly number[];
  readonly action: Action;
  /** The object that the captions name: the biggest one, on top of the others. */
  readonly object: Body;
  /** Two or three smaller bodies that the captions `object` do not mention, each on top of those before it. */
  readonly distractors: readonly Body[];
  /** Camera motion in pixels per frame, null where the camera rests. */
  readonly drift: { readonly x: number; readonly y: number } | null;
  readonly tone: Tone;
}

const pick = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random() * values.length)]!;

/** The body that captions `pair` name beside the object: of the smaller ones the one on top. */
export const secondBody = ({ distractors }: Scene): Body => distractors.at(-1)!;

const EACH_MOMENT: readonly number[] = Array.from({ length: FRAME_COUNT }, (_, frame) => frame);
/** Each second moment for two frames, so that every second frame, too, is of the same moments backwards as forwards. */
const HELD_MOMENTS = EACH_MOMENT.map((frame) => frame - (frame % 2));

/** The scene of one clip. Actions go round by index, so that any run of clips has equal shares of them. */
export function sceneOf(key: ClipKey, level: Level = LEVELS.actions): Scene {
  const { actions, camera, inPairs } = level;
  const backwards = inPairs && key.index % 2 === 1;
  const drawnAs = backwards ? { ...key, index: key.index - 1 } : key;
  const random = seededRandom('moving-shapes', drawnAs.seed, drawnAs.split, drawnAs.index);
  const object: Body = {
    colour: pick(random, COLOUR_NAMES),
    shape: pick(random, SHAPES),
    notch: 2 * Math.PI * random(),
    poses: actionPoses(actions[drawnAs.index % actions.length]!, random),
  };
  const count = random() < 0.5 ? 2 : 3;
  const distractors = Array.from({ length: count }, () => ({
    colour: pick(random, COLOUR_NAMES),
    shape: pick(random, SHAPES),
    poses: distractorPoses(random),
  }));
  const moments = inPairs ? HELD_MOMENTS : EACH_MOMENT;
  return {
    key,
    drawnAs,
    level,
    moments: backwards ? moments.toReversed() : moments,
    action: actions[key.index % actions.length]!,
    object,
    distractors,
    drift: cameraDrift(camera, random),
    tone: pick(random, TONE_NAMES),
  };
}
