import { optionTable, passing, showValue, wholeNumber } from '@tgm/options';
import { EvaluationError } from '../errors.js';
import { checkCount, type Features } from '../features.js';

/** A part of a frame, in pixels of the frames that the model sees. What lies outside the frame is cut off. */
export interface Box {
  readonly x: number;
  readonly y: number;
  /** From 0. */
  readonly width: number;
  readonly height: number;
}

export interface BoxCoverageOptions {
  /** [clips][T] the boxes of each frame, any number of them. */
  readonly boxes: readonly (readonly (readonly Box[])[])[];
  /** Pixels of a frame, multiples of `patchSize`. */
  readonly height: number;
  readonly width: number;
  /** Side of a token in pixels. */
  readonly patchSize: number;
  /** Frames of a token; T is a multiple of it. */
  readonly tubeletSize: number;
}

const OPTIONS = optionTable(
  'boxCoverage',
  {
    boxes: passing(
      'a list of boxes for each frame of each clip',
      (value): value is BoxCoverageOptions['boxes'] =>
        Array.isArray(value) && value.every((clip) => Array.isArray(clip) && clip.every(Array.isArray)),
    ),
    height: wholeNumber({ from: 1 }),
    width: wholeNumber({ from: 1 }),
    patchSize: wholeNumber({ from: 1 }),
    tubeletSize: wholeNumber({ from: 1 }),
  } satisfies Record<keyof BoxCoverageOptions, unknown>,
  EvaluationError,
);

/**
 * The share of each token that lies within a box, [clips, N], in the order of the tokens: the mean over the frames of a token. Where
 * boxes overlap, what they share counts once.
 *
 * @throws EvaluationError `OPTION_INVALID`, also for boxes that are no numbers; `SHAPE_MISMATCH` where frames or pixels do not divide into
 *   tokens, or clips differ in length; `TOO_FEW_EXAMPLES` without clips.
 */
export function boxCoverage(options: BoxCoverageOptions): Features {
  const { boxes, height, width, patchSize, tubeletSize } = OPTIONS.check(options);
  checkCount('boxCoverage', boxes.length, 1);
  const frames = boxes[0]!.length;
  requireWhole('frames', frames, tubeletSize);
  requireWhole('pixels of the height', height, patchSize);
  requireWhole('pixels of the width', width, patchSize);
  const [rows, columns] = [height / patchSize, width / patchSize];
  const perSlice = rows * columns;
  const count = boxes.length;
  const tokens = (frames / tubeletSize) * perSlice;
  const values = new Float32Array(count * tokens);
  for (const [clip, ofFrames] of boxes.entries()) {
    if (ofFrames.length !== frames) {
      throw new EvaluationError('SHAPE_MISMATCH', {
        where: `boxCoverage, clip ${clip}`,
        expected: `${frames} frames, as in the first clip`,
        received: `${ofFrames.length}`,
      });
    }
    for (const [frame, ofFrame] of ofFrames.entries()) {
      for (const box of ofFrame) checkBox(clip, frame, box);
      const start = clip * tokens + Math.floor(frame / tubeletSize) * perSlice;
      for (let cell = 0; ofFrame.length > 0 && cell < perSlice; cell++) {
        const [x, y] = [(cell % columns) * patchSize, Math.floor(cell / columns) * patchSize];
        const covered = coveredArea(ofFrame, { x, y, width: patchSize, height: patchSize });
        values[start + cell]! += covered / patchSize ** 2 / tubeletSize;
      }
    }
  }
  return { values, count, width: tokens };
}

/** Pixels of `cell` that lie within any of the boxes: their edges cut the cell into parts that lie within a box or without. */
function coveredArea(boxes: readonly Box[], cell: Box): number {
  const inside = (value: number, from: number, length: number) =>
    Math.min(Math.max(value, from), from + length);
  const cut = boxes.map(({ x, y, width, height }) => ({
    left: inside(x, cell.x, cell.width),
    right: inside(x + width, cell.x, cell.width),
    top: inside(y, cell.y, cell.height),
    bottom: inside(y + height, cell.y, cell.height),
  }));
  const xs = cut.flatMap(({ left, right }) => [left, right]).sort((a, b) => a - b);
  const ys = cut.flatMap(({ top, bottom }) => [top, bottom]).sort((a, b) => a - b);
  let area = 0;
  for (let i = 1; i < xs.length; i++) {
    for (let j = 1; j < ys.length; j++) {
      const [x, y] = [(xs[i - 1]! + xs[i]!) / 2, (ys[j - 1]! + ys[j]!) / 2];
      const covered = cut.some((box) => box.left < x && x < box.right && box.top < y && y < box.bottom);
      if (covered) area += (xs[i]! - xs[i - 1]!) * (ys[j]! - ys[j - 1]!);
    }
  }
  return area;
}

function requireWhole(what: string, count: number, size: number): void {
  if (count > 0 && count % size === 0) return;
  throw new EvaluationError('SHAPE_MISMATCH', {
    where: `boxCoverage, ${what}`,
    expected: `a multiple of ${size}`,
    received: `${count}`,
  });
}

function checkBox(clip: number, frame: number, box: Box): void {
  const { x, y, width, height } = (box ?? {}) as Box;
  if ([x, y, width, height].every(Number.isFinite) && width >= 0 && height >= 0) return;
  throw new EvaluationError('OPTION_INVALID', {
    where: `boxCoverage, frame ${frame} of clip ${clip}`,
    expected: 'boxes of x, y, width and height, none of them negative in size',
    received: showValue(box),
  });
}
