import { number, optional, optionTable, passing, text, wholeNumber } from '@tgm/options';
import { optionGroup, section } from '../config/section.js';
import { CliError } from '../program/errors.js';
import { MASK_NAMES, type MaskName } from './strategies.js';

/** Pixels of a token's side, and frames of a slice: those of all published models. */
export const TOKEN = { side: 16, frames: 2 };

/** A clip of a video, and which masks are drawn of it. */
export interface ClipMasksOptions {
  /** The video. */
  readonly video: string;
  /** What it shows. Without it no mask can follow a text. */
  readonly caption?: string;
  /**
   * Names of strategies, as a list or with commas between them, or `all`. Default: `text`, which needs a caption, `motion`, `tube` and
   * `random`.
   */
  readonly masks?: readonly MaskName[] | string;
  /** Share of the tokens that each hides, 0.25 up to 1. Default 0.6, the paper's for masks by text. */
  readonly ratio?: number;
  /** Frames of the clip, T, an even number. Default 16. */
  readonly frames?: number;
  /** Frames of the video from one to the next of the clip. Default 4, as for Kinetics, or what a short video has room for. */
  readonly stride?: number;
  /** Where the clip begins, in seconds. Default: it is in the middle of the video. */
  readonly start?: number;
  /** Sides of the square in the middle that is shown, in pixels: a multiple of 16. Default 224. */
  readonly size?: number;
  /** Of what is drawn by chance. Default 0. */
  readonly seed?: number;
}

export interface MasksOptions extends ClipMasksOptions {
  /** The picture, by its ending: .png, or .gif and .webp, which move; .html is a page. */
  readonly out: string;
}

export const ENDINGS = ['.png', '.gif', '.webp', '.html'] as const;

const multipleOf = (unit: number) =>
  passing(
    `a multiple of ${unit} from ${unit}`,
    (value): value is number =>
      Number.isSafeInteger(value) && (value as number) > 0 && (value as number) % unit === 0,
  );

/** The names that an option holds, in their order. */
export const namesIn = (masks: readonly string[] | string): readonly string[] =>
  typeof masks === 'string' ? masks.split(',').map((name) => name.trim()) : masks;

const names = passing(
  `"all", or names of masks, with commas between them, of ${MASK_NAMES.join(', ')}`,
  (value): value is readonly MaskName[] | string => {
    if (value === 'all') return true;
    const given = typeof value === 'string' || Array.isArray(value) ? namesIn(value) : [];
    return given.length > 0 && given.every((name) => (MASK_NAMES as readonly string[]).includes(name));
  },
);

const clipFields = {
  video: text(),
  caption: optional(text()),
  masks: optional(names),
  ratio: optional(number({ from: 0.25, below: 1 }), 0.6),
  frames: optional(multipleOf(TOKEN.frames), 16),
  stride: optional(wholeNumber({ from: 1 })),
  start: optional(number({ from: 0 })),
  size: optional(multipleOf(TOKEN.side), 224),
  seed: optional(wholeNumber(), 0),
} satisfies Record<keyof ClipMasksOptions, unknown>;

export const clipMasksTable = optionTable('clipMasks', clipFields, CliError);

export const masksTable = optionTable(
  'masks',
  {
    out: passing(`a file that ends in ${ENDINGS.join(', ')}`, (value): value is string => {
      return typeof value === 'string' && ENDINGS.some((ending) => value.toLowerCase().endsWith(ending));
    }),
    ...clipFields,
  } satisfies Record<keyof MasksOptions, unknown>,
  CliError,
);

export const masksSection = section(
  'masks',
  optionGroup(masksTable, {
    out: ['<file>', 'the picture: .png, .gif and .webp, which move, or .html, a page'],
    video: ['<file>', 'the video'],
    caption: ['"…"', 'what it shows; without it no mask follows a text'],
    masks: [
      '<a,b,c>',
      `all, or some of ${MASK_NAMES.join(', ')}; default text, if there is a caption, motion, tube, random`,
    ],
    ratio: ['<0.25 to 1>', 'share of the tokens that each hides; default 0.6'],
    frames: ['<n>', 'frames of the clip, two a token; default 16'],
    stride: [
      '<n>',
      "from one to the next, in the video's frames; default 4, or what a short video has room for",
    ],
    start: ['<seconds>', 'where the clip begins; default: it is in the middle'],
    size: ['<pixels>', 'sides of the square in the middle that is shown, 16 a token; default 224'],
    seed: ['<n>', 'of what is drawn by chance; default 0'],
  }),
);
