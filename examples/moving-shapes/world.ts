/** The moving-shapes world: one named object does one of twelve things among smaller, unnamed shapes. */

/** Label of a clip = position in this list. */
export const ACTIONS = [
  'left',
  'right',
  'up',
  'down',
  'clockwise',
  'counterclockwise',
  'grow',
  'shrink',
  'spin',
  'flash',
  'still',
  'zigzag',
] as const;
export type Action = (typeof ACTIONS)[number];

/** Actions in which the named object stays where it is: motion says little about where to look. */
export const STILL_ACTIONS: ReadonlySet<Action> = new Set(['grow', 'shrink', 'spin', 'flash', 'still']);

/** What each action is when its frames are shown from the last to the first; absent where that depends on the draw. */
export const REVERSED: Readonly<Partial<Record<Action, Action>>> = {
  left: 'right',
  right: 'left',
  up: 'down',
  down: 'up',
  clockwise: 'counterclockwise',
  counterclockwise: 'clockwise',
  grow: 'shrink',
  shrink: 'grow',
};

/** Red, green and blue in [0, 1]. Pure hues: at 64 x 64 pixels neighbours such as red and orange look alike. */
export const COLOURS = {
  red: [0.9, 0.13, 0.13],
  green: [0.12, 0.72, 0.18],
  blue: [0.13, 0.27, 0.95],
  yellow: [0.95, 0.87, 0.1],
  magenta: [0.88, 0.15, 0.8],
  cyan: [0.1, 0.82, 0.87],
} as const;
export type Colour = keyof typeof COLOURS;
export const COLOUR_NAMES = Object.keys(COLOURS) as Colour[];

export const SHAPES = ['circle', 'square', 'triangle', 'cross', 'ring'] as const;
export type Shape = (typeof SHAPES)[number];

/** Mean brightness of the background in [0, 1]. */
export const TONES = { dark: 0.3, grey: 0.46, light: 0.62 } as const;
export type Tone = keyof typeof TONES;
export const TONE_NAMES = Object.keys(TONES) as Tone[];

/** Width and height of a rendered frame in pixels. */
export const FRAME_SIZE = 128;
export const FRAME_COUNT = 16;
/** Frames per second. */
export const FRAME_RATE = 16;
/** Pixels by which the ground is larger than the frame on each side: room for the fastest camera drift. */
export const CANVAS_MARGIN = 16;
export const CANVAS_SIZE = FRAME_SIZE + 2 * CANVAS_MARGIN;
/** Rows and columns of the grid on which the renderer reports how much of each cell the named object covers. */
export const COVERAGE_CELLS = 8;

/** Names one clip. Everything about it is a pure function of these three. */
export interface ClipKey {
  readonly seed: string | number;
  readonly split: string;
  readonly index: number;
}
