import { flag, optional, optionTable, wholeNumber } from '@tgm/options';
import type { ClipReport } from '../clip-report.js';
import { ReportError } from '../errors.js';
import type { Picture } from './picture.js';
import { type CellStrip, sheetOf } from './sheet.js';
import { type Strip, stripsOf } from './strips.js';

export interface DrawMasksOptions {
  /** Strips beside each other; default 1. */
  readonly across?: number;
  /** Height in pixels that small frames are enlarged to, by a whole number; default 128. */
  readonly height?: number;
  /** Writes the name of each strip above it, in small capitals; default true. */
  readonly named?: boolean;
}

/** One picture, and what it shows. */
export interface MaskSheet extends Picture {
  /** Names of its strips: from left to right, then downwards. */
  readonly names: readonly string[];
}

const OPTIONS = optionTable(
  'drawMasks',
  {
    across: optional(wholeNumber({ from: 1 }), 1),
    height: optional(wholeNumber({ from: 1 }), 128),
    named: optional(flag(), true),
  } satisfies Record<keyof DrawMasksOptions, unknown>,
  ReportError,
);

/**
 * A clip and its masks in one picture: a strip of its frames, one of each heat map, mask and reconstruction, each with the first
 * frame of every slice. What is masked is grey, without a trace of what it hides.
 *
 * @throws ReportError `OPTION_INVALID`, and `SHAPE_MISMATCH` where a part of the clip does not have its stated shape.
 */
export function drawMasks(clip: ClipReport, options: DrawMasksOptions = {}): MaskSheet {
  const { across, height: enlargedTo, named } = OPTIONS.check(options);
  const strips = stripsOf(`drawMasks, clip ${clip.id}`, clip);
  const { slices } = clip.grid;
  const rows = rowsOf(strips, across).map((row) =>
    row.map(
      (strip): CellStrip => ({
        name: strip.name,
        cells: Array.from({ length: slices }, (_, slice) => strip.frame((slice * strip.frameCount) / slices)),
      }),
    ),
  );
  return { ...sheetOf(rows, { ...sizeOf(clip), enlargedTo }, named), names: strips.map(({ name }) => name) };
}

/**
 * The same for a film: one picture for each frame of the clip, with the frame, its heat maps, masks and reconstructions as strips of one
 * frame. They are made one after another, as they are asked for.
 *
 * @throws ReportError as `drawMasks`, at once.
 */
export function drawMaskFrames(clip: ClipReport, options: DrawMasksOptions = {}): Iterable<MaskSheet> {
  const { across, height: enlargedTo, named } = OPTIONS.check(options);
  const strips = stripsOf(`drawMaskFrames, clip ${clip.id}`, clip);
  const [{ frameCount }] = strips as [Strip];
  const names = strips.map(({ name }) => name);
  return {
    *[Symbol.iterator]() {
      for (let index = 0; index < frameCount; index++) {
        const rows = rowsOf(strips, across).map((row) =>
          row.map(
            (strip): CellStrip => ({
              name: strip.name,
              cells: [strip.frame(Math.floor((index * strip.frameCount) / frameCount))],
            }),
          ),
        );
        yield { ...sheetOf(rows, { ...sizeOf(clip), enlargedTo }, named), names };
      }
    },
  };
}

const sizeOf = ({ height, width }: ClipReport) => ({ height, width });

const rowsOf = (strips: readonly Strip[], across: number): Strip[][] =>
  Array.from({ length: Math.ceil(strips.length / across) }, (_, row) =>
    strips.slice(row * across, (row + 1) * across),
  );
