import { flag, nested, number, oneOf, optionTable, passing, wholeNumber } from '@tgm/options';
import { MovingShapesError } from './errors.js';
import { ACTIONS, type Action, REVERSED, STILL_ACTIONS } from './world.js';

/** Which captions a manifest carries: how much they say. */
export const CAPTION_KINDS = ['name', 'object', 'scene', 'pair'] as const;
export type CaptionKind = (typeof CAPTION_KINDS)[number];

/** The smooth ground of a frame: random values on a lattice, eased in between. */
export interface Ground {
  /** Pixels of a frame of 128 x 128 from one random value to the next. */
  readonly cell: number;
  /** Random values after which the ground repeats itself, in both directions; 0: never. */
  readonly repeat: number;
  /** Largest deviation of the brightness from the tone's, and of red and blue from green, in [0, 1]. */
  readonly luminance: number;
  readonly tint: number;
  /** Largest noise on one pixel of the canvas, in [0, 1]. It moves with the camera. */
  readonly noise: number;
}

/** A level: what clips show, how they show it, and what is said about them. Plain data. */
export interface Level {
  /** Clip i does the (i modulo their number)-th. A label is a position in this list. */
  readonly actions: readonly Action[];
  /** Whether the camera moves: in half of the clips, in none, in all. */
  readonly camera: 'either' | 'rests' | 'drifts';
  /**
   * `colour`: bodies in their colours on a smooth ground. `noise`: bodies and ground are black and white noise, each of its own that
   * moves with it, so that a single frame shows none of them.
   */
  readonly look: 'colour' | 'noise';
  readonly ground: Ground;
  /** Clips 2k and 2k + 1 show the same frames, the second one backwards. */
  readonly inPairs: boolean;
  /** Each of these gets a manifest. */
  readonly captions: readonly CaptionKind[];
}

const GROUND: Ground = { cell: 64, repeat: 0, luminance: 0.22, tint: 0.08, noise: 0.007 };

const BASE: Level = {
  actions: ACTIONS,
  camera: 'either',
  look: 'colour',
  ground: GROUND,
  inPairs: false,
  captions: ['object', 'scene', 'pair'],
};

/** The levels with a name; README.md says what each is for. */
export const LEVELS = {
  actions: BASE,
  names: { ...BASE, captions: CAPTION_KINDS },
  still: { ...BASE, actions: ACTIONS.filter((action) => STILL_ACTIONS.has(action)) },
  moving: { ...BASE, actions: ACTIONS.filter((action) => !STILL_ACTIONS.has(action)) },
  drifting: { ...BASE, camera: 'drifts' },
  plain: {
    ...BASE,
    camera: 'rests',
    ground: { cell: 128, repeat: 0, luminance: 0.5, tint: 0, noise: 0 },
  },
  tiled: {
    ...BASE,
    camera: 'rests',
    ground: { cell: 8, repeat: 2, luminance: 0.4, tint: 0, noise: 0 },
  },
  reversed: {
    ...BASE,
    actions: ['left', 'right', 'up', 'down', 'clockwise', 'counterclockwise', 'grow', 'shrink'],
    inPairs: true,
  },
  noise: {
    ...BASE,
    actions: ACTIONS.filter((action) => !STILL_ACTIONS.has(action)),
    look: 'noise',
    captions: ['name', 'object'],
  },
} as const satisfies Readonly<Record<string, Level>>;
export type LevelName = keyof typeof LEVELS;
export const LEVEL_NAMES = Object.keys(LEVELS) as LevelName[];

/** Each of some values at most once, and one at least. */
const someOf = <const T extends string>(values: readonly T[]) =>
  passing(
    `some of ${values.join(', ')}, each once`,
    (value): value is readonly T[] =>
      Array.isArray(value) &&
      value.length > 0 &&
      new Set(value).size === value.length &&
      value.every((each) => (values as readonly unknown[]).includes(each)),
  );

const share = number({ from: 0, to: 1 });

/** Whether each action stands before the one that it is backwards. */
const pairsUp = (actions: readonly Action[]): boolean =>
  actions.length % 2 === 0 &&
  actions.every((action, at) => at % 2 === 1 || REVERSED[action] === actions[at + 1]);

const table = optionTable(
  'level of Moving Shapes',
  {
    actions: someOf(ACTIONS),
    camera: oneOf(['either', 'rests', 'drifts']),
    look: oneOf(['colour', 'noise']),
    ground: nested({
      cell: wholeNumber({ from: 1 }),
      repeat: wholeNumber({ from: 0 }),
      luminance: share,
      tint: share,
      noise: share,
    } satisfies Record<keyof Ground, unknown>),
    inPairs: flag(),
    captions: someOf(CAPTION_KINDS),
  } satisfies Record<keyof Level, unknown>,
  MovingShapesError,
);

/** @throws MovingShapesError `OPTION_INVALID` */
export function checkLevel(level: unknown): Level {
  const checked = table.check(level);
  if (checked.inPairs && !pairsUp(checked.actions)) {
    throw new MovingShapesError('OPTION_INVALID', {
      where: `${table.where}, option actions`,
      expected: 'for clips in pairs, each action followed by the one that it is backwards',
      received: checked.actions.join(', '),
    });
  }
  return checked;
}
