import { describe, expect, it } from 'vitest';
import { attentionOf, gridOfPatches, type PatchLayout, patchRows } from './patch-layout.js';

const counted = (shape: readonly number[]) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((product, length) => product * length, 1) }, (_, at) => at),
});
const failure = (call: () => unknown) => {
  try {
    call();
  } catch (error) {
    return error as { code: string; where: string };
  }
  return undefined;
};

const tokens: PatchLayout = { kind: 'tokens', leading: 2, width: 2, rows: 1, columns: 2 };

describe('patches of an output', () => {
  it('stand behind the leading tokens of each image', () => {
    expect([...patchRows('x', counted([2, 4, 2]), tokens)]).toEqual([4, 5, 6, 7, 12, 13, 14, 15]);
  });

  it('are the columns of maps', () => {
    const maps: PatchLayout = { ...tokens, kind: 'maps', leading: 0 };
    expect([...patchRows('x', counted([2, 2, 1, 2]), maps)]).toEqual([0, 2, 1, 3, 4, 6, 5, 7]);
  });

  it('have no leading tokens where they lie as maps', () => {
    expect(failure(() => gridOfPatches('x', [1, 4, 2, 2], undefined, 1))).toMatchObject({
      code: 'ONNX_FILE_UNFIT',
      expected: 'tokens [images, N, D], 1 of them before the patches',
      received: '[1, 4, 2, 2]',
    });
  });

  it('may not change their number from run to run', () => {
    expect(failure(() => patchRows('file, output x', counted([2, 5, 2]), tokens))).toMatchObject({
      code: 'ONNX_FILE_UNFIT',
      where: 'file, output x',
    });
  });

  it.each([
    [[1, 1, 3], { leading: 0, rows: 1, columns: 1 }],
    [[1, 2, 3], { leading: 1, rows: 1, columns: 1 }],
    [[1, 196, 3], { leading: 0, rows: 14, columns: 14 }],
    [[1, 197, 3], { leading: 1, rows: 14, columns: 14 }],
    [[1, 3, 7, 9], { leading: 0, rows: 7, columns: 9 }],
  ])('%j tells its grid', (shape, expected) => {
    expect(gridOfPatches('x', shape, undefined, undefined)).toMatchObject({ ...expected, width: 3 });
  });
});

describe('attention of an output', () => {
  const square = { ...tokens, leading: 1 };

  it('is what it says of each patch', () => {
    expect([...attentionOf('x', counted([2, 2]), square)]).toEqual([0, 1, 2, 3]);
    expect([...attentionOf('x', counted([2, 3]), square)]).toEqual([1, 2, 4, 5]);
  });

  it('or what the first token attends to, the mean over the heads', () => {
    // Two images, two heads, three tokens: the first rows are 0 1 2 and 9 10 11, then 18 19 20 and 27 28 29.
    expect([...attentionOf('x', counted([2, 2, 3, 3]), square)]).toEqual([5.5, 6.5, 23.5, 24.5]);
  });

  it.each([[[2, 4]], [[2, 2, 2, 2]], [[2, 2, 4, 4]], [[2, 2, 2, 3]], [[2, 1, 3]]])('is not %j', (shape) => {
    expect(failure(() => attentionOf('x', counted(shape), square))?.code).toBe('ONNX_FILE_UNFIT');
  });

  it('is never below 0', () => {
    const below = { shape: [1, 2], data: Float32Array.of(0.5, -0.1) };
    expect(failure(() => attentionOf('x', below, square))?.code).toBe('ONNX_FILE_UNFIT');
  });
});
