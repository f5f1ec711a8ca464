import { MaskingError } from './errors.js';

/** A clip's size in pixels and the side of a token. */
export interface FlowShape {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly patchSize: number;
}

export interface FlowOptions extends FlowShape {
  /** [height, width] visibility of the base frame, from `seedVisibility`. */
  readonly seed: Float32Array;
  /** The frame that the seed belongs to. */
  readonly baseFrame: number;
  /** [frames - 1, 2, height, width] motion from frame t + 1 to frame t in pixels, x then y. */
  readonly backward: Float32Array;
  /** The same from frame t to frame t + 1. */
  readonly forward: Float32Array;
  /** Whether pixels that come from outside take the seed's value. */
  readonly fillHoles: boolean;
}

/**
 * The visibility of the base frame: a bump exp(-(dy / p)^2 - (dx / p)^2) around each visible token's centre, the largest at
 * each pixel, over the largest of all. B. Huang et al., "MGMAE", arXiv 2308.10794, section 3.3.
 *
 * @param centres token numbers in the base frame, row-major.
 * @returns [height, width]
 */
export function seedVisibility(
  { height, width, patchSize }: FlowShape,
  centres: ArrayLike<number>,
): Float32Array {
  const columns = width / patchSize;
  const map = new Float32Array(height * width);
  for (let index = 0; index < centres.length; index++) {
    const middle = (patchSize - 1) / 2;
    const row = Math.floor(centres[index]! / columns) * patchSize + middle;
    const column = (centres[index]! % columns) * patchSize + middle;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const bump = Math.exp(-(((y - row) / patchSize) ** 2) - ((x - column) / patchSize) ** 2);
        map[y * width + x] = Math.max(map[y * width + x]!, bump);
      }
    }
  }
  const largest = map.reduce((most, value) => Math.max(most, value), 0);
  return map.map((value) => value / largest);
}

/**
 * Carries a map of visibility from the base frame to all others along the optical flow, frame by frame outwards: where a
 * pixel came from gives it its value, bilinearly, zero outside. MGMAE, section 3.3, in the direction that its text states;
 * the flow of frames before the base one points to the later frame.
 *
 * @returns [frames, height, width]
 * @throws MaskingError `CUE_WRONG_SIZE`.
 */
export function flowVisibility(options: FlowOptions): Float32Array {
  const { frames, height, width, seed, baseFrame, backward, forward, fillHoles } = options;
  const size = height * width;
  requireLength('seed', seed, size);
  requireLength('backward', backward, (frames - 1) * 2 * size);
  requireLength('forward', forward, (frames - 1) * 2 * size);
  const maps = new Float32Array(frames * size);
  maps.set(seed, baseFrame * size);
  const carry = (from: number, to: number, flow: Float32Array, pair: number) => {
    const source = maps.subarray(from * size, (from + 1) * size);
    const vectors = flow.subarray(pair * 2 * size, (pair + 1) * 2 * size);
    const carried = warp(source, vectors, height, width);
    if (fillHoles) for (let at = 0; at < size; at++) if (carried[at] === 0) carried[at] = seed[at]!;
    maps.set(carried, to * size);
  };
  for (let frame = baseFrame + 1; frame < frames; frame++) carry(frame - 1, frame, backward, frame - 1);
  for (let frame = baseFrame - 1; frame >= 0; frame--) carry(frame + 1, frame, forward, frame);
  return maps;
}

/** The map at (x + flow x (W - 1) / W, y + flow y (H - 1) / H), MGMAE's scale of flow. */
function warp(map: Float32Array, flow: Float32Array, height: number, width: number): Float32Array {
  const size = height * width;
  return Float32Array.from({ length: size }, (_, at) => {
    const x = (at % width) + (flow[at]! * (width - 1)) / width;
    const y = Math.floor(at / width) + (flow[size + at]! * (height - 1)) / height;
    const left = Math.floor(x);
    const top = Math.floor(y);
    const value = (row: number, column: number) =>
      row >= 0 && row < height && column >= 0 && column < width ? map[row * width + column]! : 0;
    const mix = (row: number) => value(row, left) * (left + 1 - x) + value(row, left + 1) * (x - left);
    return mix(top) * (top + 1 - y) + mix(top + 1) * (y - top);
  });
}

/** Sums a map over each token's frames and pixels: [frames, height, width] to [slices, rows, columns]. */
export function visibilityScores(
  maps: Float32Array,
  { frames, height, width, patchSize }: FlowShape,
  tubeletSize: number,
): Float32Array {
  const rows = height / patchSize;
  const columns = width / patchSize;
  const scores = new Float32Array((frames / tubeletSize) * rows * columns);
  for (let at = 0; at < maps.length; at++) {
    const column = Math.floor((at % width) / patchSize);
    const row = Math.floor((Math.floor(at / width) % height) / patchSize);
    const slice = Math.floor(at / (width * height * tubeletSize));
    scores[(slice * rows + row) * columns + column]! += maps[at]!;
  }
  return scores;
}

function requireLength(input: string, values: Float32Array, expected: number): void {
  if (values.length === expected) return;
  throw new MaskingError('CUE_WRONG_SIZE', {
    expected: `${expected} numbers`,
    received: String(values.length),
    where: `flowVisibility, ${input}`,
  });
}
