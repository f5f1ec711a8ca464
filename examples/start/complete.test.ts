import { seededRandom } from '@tgm/masking';
import { patchify, unpatchify } from '@tgm/models';
import { reconstruct } from '@tgm/report';
import { expect, test } from 'vitest';

const grid = { slices: 2, rows: 2, columns: 2 };

test('reconstruct takes the decoder’s numbers in the order of `patchify`, on frames that are not square too', () => {
  const random = seededRandom('order');
  const wide = { numFrames: 4, imageSize: 8, patchSize: 4, tubeletSize: 2 };
  const frames = Uint8Array.from({ length: 4 * 8 * 8 * 3 }, () => 256 * random());
  const tokens = patchify(frames, wide); // [8, 96]
  const masked = Uint32Array.of(1, 6);
  const visible = Uint32Array.of(0, 2, 3, 4, 5, 7);
  const prediction = Float32Array.from({ length: 2 * 96 }, () => random());
  const expected = tokens.slice();
  masked.forEach((token, index) => {
    for (let i = 0; i < 96; i++) expected[token * 96 + i] = Math.round(255 * prediction[index * 96 + i]!);
  });
  const square = { height: 8, width: 8, grid };
  const options = { frames, mask: { visible, masked }, prediction, ...square, normalise: false } as const;
  expect(reconstruct(options)).toEqual(unpatchify(expected, wide));
  // Two such clips beside each other: 8 x 16 pixels in 2 x 4 tokens of each slice.
  const beside = besideItself(frames, 8);
  const both = { height: 8, width: 16, grid: { slices: 2, rows: 2, columns: 4 } };
  const twice = (token: number) => [0, 2].map((shift) => token + 2 * Math.floor(token / 2) + shift);
  const result = reconstruct({
    ...{ frames: beside, ...both, normalise: false },
    mask: {
      visible: Uint32Array.from([...visible].flatMap(twice)),
      masked: Uint32Array.from([...masked].flatMap(twice)),
    },
    prediction: Float32Array.from(
      [...masked].flatMap((_, index) =>
        [0, 0].flatMap(() => [...prediction.subarray(index * 96, index * 96 + 96)]),
      ),
    ),
  });
  expect(result).toEqual(besideItself(unpatchify(expected, wide), 8));
});

/** A clip [T, H, W, 3] twice beside each other: [T, H, 2 W, 3]. */
function besideItself(frames: Uint8Array, width: number): Uint8Array {
  const rows = Array.from({ length: frames.length / (width * 3) }, (_, row) => [
    ...frames.subarray(row * width * 3, (row + 1) * width * 3),
  ]);
  return Uint8Array.from(rows.flatMap((row) => [...row, ...row]));
}
