import { expect, test } from 'vitest';
import { clipSection } from './clip-section.js';

test('draws a box as far as it lies inside its frame', () => {
  const clip = {
    ...{ id: 'a', frames: new Uint8Array(3 * 8 * 8 * 3), height: 8, width: 8 },
    grid: { slices: 3, rows: 2, columns: 2 },
    boxes: [
      { x: -2, y: 5, width: 4, height: 9 },
      { x: 9, y: 1, width: 4, height: 4 }, // outside
      undefined,
    ],
  };
  const boxes = [...clipSection(clip, 0).text.matchAll(/<rect class="box" ([^/]*)\/>/g)].map(([, at]) => at);
  expect(boxes).toEqual(['x="0" y="5" width="2" height="3"']);
});
