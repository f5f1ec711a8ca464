import { chooseIndices, seededRandom, uniformIndex } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { splitCells } from './csv-records.js';
import { plainCells } from './plain-cells.js';
import { repeatedTexts } from './repeated-texts.js';
import { textBlock } from './text-block.js';

describe('plainCells', () => {
  const cellsOf = (record: string, width: number): string[] | undefined => {
    const block = textBlock(Buffer.from(`x,"y\n${record}`), 0);
    const bounds = new Uint32Array(2 * width);
    if (!plainCells(block, bounds)(5, block.bytes.length)) return undefined;
    return Array.from({ length: width }, (_, cell) =>
      block.bytes.toString('utf8', bounds[2 * cell], bounds[2 * cell + 1]),
    );
  };

  it('finds bare, quoted and empty cells', () => {
    expect(cellsOf('a b,"c, d",,"",e\r', 5)).toEqual(['a b', 'c, d', '', '', 'e']);
    expect(cellsOf('"ü",a', 2)).toEqual(['ü', 'a']);
    expect(cellsOf('a', 1)).toEqual(['a']);
  });

  it('never says otherwise than splitCells', () => {
    const random = seededRandom('cells');
    const pieces = ['a', 'b c', ',', ',', '"', '"', '""', ' ', '\t', 'é', '\u00a0', '\r'];
    let plain = 0;
    for (let i = 0; i < 20_000; i++) {
      const length = 1 + uniformIndex(8, random);
      const record = Array.from({ length }, () => pieces[uniformIndex(pieces.length, random)]).join('');
      if (record.trim() === '') continue;
      let cells: string[] | undefined;
      try {
        cells = splitCells(record, (message) => {
          throw new Error(message);
        });
      } catch {
        cells = undefined;
      }
      for (let width = 1; width <= 4; width++) {
        const found = cellsOf(record, width);
        if (found === undefined) continue;
        expect({ record, cells: found }).toEqual({ record, cells });
        plain += 1;
      }
    }
    expect(plain).toBeGreaterThan(1000);
  });
});

describe('repeatedTexts', () => {
  it('names every row that has an earlier text, and no other', () => {
    const texts = Array.from({ length: 5000 }, (_, i) => `video_${i}.mp4`);
    texts.push('', '\0', '\0\0', 'video_1.mp', 'video_1.mp4\0', 'video_4999.mp4', 'video_7.mp4', '\0\0');
    const repeated = repeatedTexts();
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
    const repeated = repeatedTexts();
    for (const i of order) {
      const id = Buffer.from(`k400/${i % 400}/clip_${String(i).padStart(9, '0')}`);
      repeated.add(textBlock(id, 0), 0, id.length);
    }
    expect([...repeated.candidates()]).toEqual([]);
  });
});
