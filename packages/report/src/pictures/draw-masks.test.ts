import { seededRandom } from '@tgm/masking';
import { describe, expect, test } from 'vitest';
import type { ClipReport } from '../clip-report.js';
import { drawMaskFrames, drawMasks } from './draw-masks.js';
import { drawReconstruction } from './draw-reconstruction.js';
import type { Picture } from './picture.js';

const grid = { slices: 2, rows: 2, columns: 4 };
const size = { height: 4, width: 16, grid }; // tokens of 2 frames x 2 x 4 pixels
const FRAME = 4 * 16 * 3;
const random = seededRandom('draw-masks');
const frames = Uint8Array.from({ length: 4 * FRAME }, () => 256 * random());
const masked = Uint32Array.of(0, 5, 8, 15);
const clip: ClipReport = {
  ...{ id: 'a', frames, ...size },
  scores: [{ name: 'match', values: Float32Array.from({ length: 16 }, (_, token) => token) }],
  masks: [{ strategy: 'odd', masked }],
};

/** The same clip where every pixel of a masked token is another one. */
const isMasked = (at: number) => {
  const [frame, y, x] = [Math.floor(at / FRAME), Math.floor(at / 48) % 4, Math.floor(at / 3) % 16];
  return masked.includes((Math.floor(frame / 2) * 2 + Math.floor(y / 2)) * 4 + Math.floor(x / 4));
};
const changed = frames.map((value, at) => (isMasked(at) ? 255 - value : value));

/** [rows, columns] cells of a picture: each RGB [4, 16, 3]. */
function cells({ width, height, pixels }: Picture, left: number, top: number): number[] {
  expect(pixels.length).toBe(width * height * 3);
  return Array.from({ length: 4 }, (_, y) => [
    ...pixels.subarray(((top + y) * width + left) * 3, ((top + y) * width + left + 16) * 3),
  ]).flat();
}

describe('drawMasks', () => {
  const sheet = drawMasks(clip, { height: 4, named: false });

  test('has a strip for each kind of picture, with the first frame of each slice', () => {
    expect(sheet.names).toEqual(['frames', 'match', 'odd']);
    expect([sheet.width, sheet.height]).toEqual([16 + 4 + 16, 4 + 8 + 4 + 8 + 4]);
    expect(cells(sheet, 0, 0)).toEqual([...frames.subarray(0, FRAME)]);
    expect(cells(sheet, 20, 0)).toEqual([...frames.subarray(2 * FRAME, 3 * FRAME)]);
  });

  test('paints masked tokens grey and no other pixel', () => {
    const first = cells(sheet, 0, 24);
    const expected = [...frames.subarray(0, FRAME)].map((value, at) => (isMasked(at) ? 128 : value));
    expect(first).toEqual(expected);
    expect(first.filter((_, at) => isMasked(at)).length).toBe(2 * 2 * 4 * 3);
  });

  test('heat maps run over the whole ramp: the least score dark blue, the greatest yellow', () => {
    const [first, last] = [cells(sheet, 0, 12), cells(sheet, 20, 12)];
    const share = 190 / 255;
    const over = (colour: readonly number[], pixel: readonly number[]) => {
      const grey = 0.2126 * pixel[0]! + 0.7152 * pixel[1]! + 0.0722 * pixel[2]!;
      return colour.map((channel) => Math.round(share * channel + (1 - share) * grey));
    };
    expect(first.slice(0, 3)).toEqual(over([68, 1, 84], [...frames.subarray(0, 3)]));
    expect(last.slice(-3)).toEqual(over([253, 231, 37], [...frames.subarray(3 * FRAME - 3, 3 * FRAME)]));
  });

  test('a score that is not finite leaves the frame as it is', () => {
    const values = Float32Array.from({ length: 16 }, (_, token) => (token === 0 ? Number.NaN : token));
    const some = drawMasks({ ...clip, scores: [{ values }] }, { height: 4, named: false });
    expect(cells(some, 0, 12).slice(0, 4 * 3)).toEqual([...frames.subarray(0, 4 * 3)]);
    expect(cells(some, 0, 12).slice(4 * 3, 8 * 3)).not.toEqual([...frames.subarray(4 * 3, 8 * 3)]);
  });

  test('pictures of masks do not change where hidden pixels do', () => {
    expect(changed).not.toEqual(frames);
    const other = drawMasks({ ...clip, frames: changed }, { height: 4, named: false });
    expect(cells(other, 0, 0)).not.toEqual(cells(sheet, 0, 0)); // the frames themselves
    for (const left of [0, 20]) expect(cells(other, left, 24)).toEqual(cells(sheet, left, 24));
  });

  test('enlarges small frames by whole numbers, and sets strips beside each other', () => {
    const large = drawMasks(clip, { height: 11, across: 2, named: false }); // twice: 8 x 32
    expect([large.width, large.height]).toEqual([2 * (32 + 4 + 32) + 16, 8 + 8 + 8]);
    const pixel = (x: number, y: number) => [
      ...large.pixels.subarray((y * large.width + x) * 3, (y * large.width + x) * 3 + 3),
    ];
    for (const [x, y] of [
      [2, 2],
      [3, 3],
    ] as const)
      expect(pixel(x, y)).toEqual([...frames.subarray(FRAME / 4 + 3, FRAME / 4 + 6)]);
    expect(pixel(large.width - 1, large.height - 1)).toEqual([255, 255, 255]); // no fourth strip
  });

  test('writes the name of each strip above it, as far as there is room', () => {
    const named = drawMasks(clip, { height: 4 });
    expect([named.width, named.height]).toEqual([36, 3 * (10 + 4 + 4) + 2 * 8]);
    expect(cells(named, 0, 14)).toEqual(cells(sheet, 0, 0));
    expect(cells(named, 20, 2 * 26 + 14)).toEqual(cells(sheet, 20, 24));
    // F of FRAMES: three cells of two pixels, then the gap between letters.
    expect(Array.from({ length: 8 }, (_, x) => named.pixels[x * 3])).toEqual([
      30, 30, 30, 30, 30, 30, 255, 255,
    ]);
    const inked = (from: number) => {
      const row = named.pixels.subarray(from * named.width * 3, (from + 10) * named.width * 3);
      return row.some((value) => value !== 255);
    };
    expect([0, 26, 52].map(inked)).toEqual([true, true, true]);
  });

  test('refuses options and parts that do not fit', () => {
    expect(() => drawMasks(clip, { acros: 2 } as never)).toThrow(/option acros/);
    expect(() => drawMasks({ ...clip, frames: frames.subarray(1) })).toThrow(/clip a, frames: expected/);
    expect(() => drawMaskFrames({ ...clip, frames: frames.subarray(1) })).toThrow(/clip a, frames: expected/);
  });
});

test('drawMaskFrames gives a picture for each frame', () => {
  const pictures = [...drawMaskFrames(clip, { height: 4, across: 3, named: false })];
  expect(pictures.length).toBe(4);
  expect([pictures[0]!.width, pictures[0]!.height]).toEqual([3 * 16 + 2 * 16, 4]);
  for (const [index, picture] of pictures.entries()) {
    const of = [...frames.subarray(index * FRAME, (index + 1) * FRAME)];
    expect(cells(picture, 0, 0)).toEqual(of);
    expect(cells(picture, 64, 0)).toEqual(
      of.map((value, at) => (isMasked(index * FRAME + at) ? 128 : value)),
    );
  }
});

test('drawReconstruction shows the clip, what is left of it, and what a model makes of that, without a hidden pixel', () => {
  const all = Array.from({ length: 16 }, (_, token) => token);
  const visible = Uint32Array.from(all.filter((token) => !masked.includes(token)));
  const prediction = Float32Array.from({ length: 4 * 48 }, () => random() - 0.5);
  const options = { frames, ...size, mask: { visible, masked }, prediction };
  const picture = drawReconstruction(options);
  const other = drawReconstruction({ ...options, frames: changed });
  expect(picture.height).toBe(3 * (14 + 128) + 2 * 8); // enlarged 32 times
  const strip = ({ pixels, width }: Picture, number: number) =>
    pixels.subarray(number * (14 + 128 + 8) * width * 3, (number * (14 + 128 + 8) + 14 + 128) * width * 3);
  const same = (one: Uint8Array, another: Uint8Array) => Buffer.compare(one, another) === 0;
  expect([0, 1, 2].map((number) => same(strip(other, number), strip(picture, number)))).toEqual([
    false,
    true,
    true,
  ]);
  expect(same(strip(picture, 1), strip(picture, 2))).toBe(false);
});
