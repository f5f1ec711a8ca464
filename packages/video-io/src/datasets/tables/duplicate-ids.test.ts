import { chooseIndices, seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { duplicateIds } from './duplicate-ids.js';
import { textBlock } from './text-block.js';

describe('duplicateIds', () => {
  it('names every row that has an earlier text, and no other', () => {
    const texts = Array.from({ length: 5000 }, (_, i) => `video_${i}.mp4`);
    texts.push('', '\0', '\0\0', 'video_1.mp', 'video_1.mp4\0', 'video_4999.mp4', 'video_7.mp4', '\0\0');
    const repeated = duplicateIds();
    const block = textBlock(Buffer.from(texts.join('')), 0);
    let from = 0;
    for (const text of texts) {
      repeated.add(block, from, from + text.length);
      from += text.length;
    }
    expect([...repeated.candidates()]).toEqual([
      { row: 5005, earlier: 4999 },
      { row: 5006, earlier: 7 },
      { row: 5007, earlier: 5002 },
    ]);
  });

  it('spreads texts that differ in a letter or two', () => {
    const order = chooseIndices(100_000, 100_000, seededRandom('ids'));
    const repeated = duplicateIds();
    for (const i of order) {
      const id = Buffer.from(`k400/${i % 400}/clip_${String(i).padStart(9, '0')}`);
      repeated.add(textBlock(id, 0), 0, id.length);
    }
    expect([...repeated.candidates()]).toEqual([]);
  });
});
