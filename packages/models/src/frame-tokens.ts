import type { TokenGrid } from '@tgm/masking';
import { optional, optionTable, passing } from '@tgm/options';
import { ModelError } from './errors.js';
import { inputShape } from './input-shape.js';
import { bytes, isArrayOf } from './option-fields.js';
import { type PatchConfig, requireCut, tokenGridOf, tokenSizeOf } from './patchify.js';
import { type PixelTables, pixelTables } from './pixel-tables.js';
import type { PixelScale } from './pixels.js';

/** How frames are cut into tokens, and how much of each token is read. */
export interface FrameTokensConfig extends PatchConfig {
  /** Frames of a tubelet that are read, from its first on. Default all of them. */
  readonly readFrames?: number;
}

const ARGUMENTS = optionTable(
  'frameTokens',
  {
    frames: bytes(),
    indices: passing(
      'a list of token numbers',
      (value): value is ArrayLike<number> =>
        Array.isArray(value) || (ArrayBuffer.isView(value) && !isArrayOf(value, 'DataView')),
    ),
    into: optional(
      passing('a Float32Array', (value): value is Float32Array => isArrayOf(value, 'Float32Array')),
    ),
  },
  ModelError,
);

/**
 * The chosen tokens of a clip as the numbers of a model, straight from its frames: no pixel of another token is read.
 *
 * @param frames [T, H, W, 3] RGB, 0-255.
 * @param indices K token numbers.
 * @param into the array to fill, from number `offset` on; by default a new one.
 * @returns `into`, with [K, P] numbers at `offset`, a token's pixels in the order of `patchify`; [K, Q] where `readFrames`
 *   leaves Q of them.
 * @throws ModelError with `INPUT_SHAPE` when `frames` has not T * H * W * 3 bytes, a token number is none of the clip's, or
 *   `into` has no room; with `OPTION_INVALID` when an argument is of another kind or frames cannot be cut so.
 */
export function frameTokens(
  frames: Uint8Array,
  config: FrameTokensConfig,
  indices: ArrayLike<number>,
  scale: PixelScale,
  into?: Float32Array,
  offset = 0,
): Float32Array {
  ARGUMENTS.check({ frames, indices, into });
  requireCut('frameTokens', config);
  const { numFrames, imageSize, patchSize, tubeletSize, readFrames = tubeletSize } = config;
  const expected = numFrames * imageSize * imageSize * 3;
  if (frames.length !== expected) {
    throw inputShape('frameTokens', 'frames', `${expected} bytes`, `${frames.length} bytes`);
  }
  if (!(Number.isInteger(readFrames) && readFrames >= 1 && readFrames <= tubeletSize)) {
    throw new ModelError('OPTION_INVALID', {
      where: 'frameTokens, option readFrames',
      expected: `a whole number from 1 to ${tubeletSize}`,
      received: String(readFrames),
    });
  }
  const readSize = tokenSizeOf({ ...config, tubeletSize: readFrames });
  const values = into ?? new Float32Array(indices.length * readSize);
  if (!(Number.isInteger(offset) && offset >= 0) || offset + indices.length * readSize > values.length) {
    const wanted = `room for ${indices.length} x ${readSize}`;
    throw inputShape('frameTokens', 'into', wanted, `room for ${values.length - offset} at ${offset}`);
  }
  const layout = { ...tokenGridOf(config), patchSize, tubeletSize, readFrames };
  return readTokens(frames, layout, indices, pixelTables('frameTokens', scale), values, offset);
}

/** Frames of rows x columns patches. */
export interface TokenLayout extends TokenGrid, Pick<PatchConfig, 'patchSize' | 'tubeletSize'> {
  readonly readFrames: number;
}

/**
 * What `frameTokens` does, of frames of any aspect.
 * @throws ModelError with `INPUT_SHAPE` for a token number that is none of the clip's.
 */
export function readTokens(
  frames: Uint8Array,
  { rows, columns, slices, patchSize, tubeletSize, readFrames }: TokenLayout,
  indices: ArrayLike<number>,
  [red, green, blue]: PixelTables,
  values: Float32Array,
  offset: number,
): Float32Array {
  const rowBytes = columns * patchSize * 3;
  const frameRows = rows * patchSize;
  const runBytes = patchSize * 3;
  let to = offset;
  for (let k = 0; k < indices.length; k++) {
    const token = indices[k]!;
    const column = token % columns;
    const row = Math.floor(token / columns) % rows;
    const slice = Math.floor(token / (columns * rows));
    if (!(Number.isInteger(token) && token >= 0 && slice < slices)) {
      throw inputShape('frameTokens', 'indices', `0 to ${slices * rows * columns - 1}`, `${token}`);
    }
    for (let frame = slice * tubeletSize; frame < slice * tubeletSize + readFrames; frame++) {
      const corner = (frame * frameRows + row * patchSize) * rowBytes + column * runBytes;
      for (let y = 0; y < patchSize; y++) {
        const start = corner + y * rowBytes;
        for (let from = start; from < start + runBytes; from += 3, to += 3) {
          values[to] = red[frames[from]!]!;
          values[to + 1] = green[frames[from + 1]!]!;
          values[to + 2] = blue[frames[from + 2]!]!;
        }
      }
    }
  }
  return values;
}
