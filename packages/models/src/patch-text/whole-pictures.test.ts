import { expect, it } from 'vitest';
import { wholePictures } from './whole-pictures.js';

it('reads a picture with its short side as its own images, and as many patches along the other as come next', () => {
  const size = wholePictures(224, 32);
  expect(size({ width: 320, height: 240 })).toEqual({ height: 224, width: 288, rows: 7, columns: 9 }); // 298.7
  expect(size({ width: 1920, height: 1080 })).toEqual({ height: 224, width: 384, rows: 7, columns: 12 }); // 398.2
  expect(size({ width: 240, height: 320 })).toEqual({ height: 288, width: 224, rows: 9, columns: 7 });
  expect(size({ width: 9, height: 9 })).toEqual({ height: 224, width: 224, rows: 7, columns: 7 });
  expect(size({ width: 10_000, height: 1 })).toEqual({ height: 224, width: 896, rows: 7, columns: 28 });
  // 10.5 and 14 patches.
  expect(size({ width: 320, height: 240 }, 1.5)).toEqual({ height: 352, width: 448, rows: 11, columns: 14 });
  expect(() => size({ width: 9, height: 9 }, 0)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  expect(() => size({ width: 0, height: 1 })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
});
