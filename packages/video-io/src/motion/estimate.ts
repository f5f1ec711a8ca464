import { optional, optionTable } from '@tgm/options';
import { VideoError } from '../errors.js';
import * as fields from '../option-fields.js';
import type { MotionField, VideoClip } from '../video.js';
import { lumaOf, searchBlock, texture } from './block-search.js';

export interface EstimateOptions {
  /** Side of a cell in pixels of the clip. Default 8. */
  readonly cell?: number;
  /** Longest movement between two frames of the clip that is surely looked at, in pixels. Default 16. */
  readonly reach?: number;
}

const OPTIONS = optionTable(
  'estimateMotion',
  { cell: optional(fields.count(), 8), reach: optional(fields.count(), 16) } satisfies Record<
    keyof EstimateOptions,
    unknown
  >,
  VideoError,
);

const CLIP = optionTable(
  'estimateMotion',
  {
    frames: fields.bytes(),
    indices: fields.numbers('frame number', Number.isSafeInteger),
    size: fields.size(),
  },
  VideoError,
);

/** A block has twice the sides of its cell, so that there is enough in it to match. */
const BLOCK = 2;
/** Mean deviation in levels of brightness below which a block is flat: it matches anywhere. */
const FLAT = 2;
/** Mean difference in levels of brightness above which the best match is none. */
const DIFFERENT = 16;

/**
 * How the content of a clip moves, by matching blocks of each frame with the frame before it in the clip:
 * for videos whose codec tells no vectors. Some hundred times slower than reading vectors, and it sees
 * movement between the clip's own frames alone, so that far skips are beyond its reach.
 *
 * Unknown are the first frame, repeated frames, flat blocks and blocks that are found nowhere.
 *
 * @returns a field of the form that `decodeClip` gives, in output pixels per source frame.
 * @throws {VideoError} `OPTION_INVALID`
 */
export function estimateMotion(
  clip: Pick<VideoClip, 'frames' | 'indices' | 'geometry'>,
  options: EstimateOptions = {},
): MotionField {
  const { cell, reach } = OPTIONS.check(options);
  const { frames, indices, geometry } = clip ?? {};
  const { width, height } = CLIP.check({ frames, indices, size: geometry?.size }).size;
  const columns = Math.ceil(width / cell);
  const rows = Math.ceil(height / cell);
  const cells = rows * columns;
  const count = indices.length;
  const bytes = width * height * 3;
  if (frames.length !== count * bytes) {
    throw new VideoError('OPTION_INVALID', {
      where: 'estimateMotion, option frames',
      expected: `${count} frames of ${width}x${height}x3 bytes`,
      received: `${frames.length} bytes`,
    });
  }
  const vectors = new Float32Array(count * cells * 2);
  const known = new Uint8Array(count * cells);
  // Steps that halve down to 1 add up to nearly twice the first.
  const firstStep = 2 ** Math.max(0, Math.ceil(Math.log2(reach)) - 1);
  const side = cell * BLOCK;
  const frameAt = (t: number) => lumaOf(frames.subarray(t * bytes, (t + 1) * bytes), width, height, side);

  let previous = frameAt(0);
  for (let t = 1; t < count; t++) {
    const current = frameAt(t);
    const gap = indices[t]! - indices[t - 1]!;
    /** Whole offsets found in this frame, by cell: neighbours move alike. */
    const found: { x: number; y: number }[] = [];
    for (let c = 0; gap !== 0 && c < cells; c++) {
      const [row, column] = [Math.floor(c / columns), c % columns];
      const block = { left: column * cell - cell / 2, top: row * cell - cell / 2, side };
      const guesses = [{ x: 0, y: 0 }, column > 0 && found[c - 1]!, row > 0 && found[c - columns]!];
      const whole = { ...block, left: Math.floor(block.left), top: Math.floor(block.top) };
      const match = searchBlock(
        current,
        previous,
        whole,
        guesses.filter((guess) => guess !== false),
        firstStep,
      );
      found.push({ x: Math.round(match.x), y: Math.round(match.y) });
      if (match.difference > DIFFERENT || texture(current, whole) < FLAT) continue;
      const at = t * cells + c;
      known[at] = 1;
      vectors[at * 2] = -match.x / gap;
      vectors[at * 2 + 1] = -match.y / gap;
    }
    previous = current;
  }
  return { origin: 'estimate', vectors, known, rows, columns, cell };
}
