import { seededRandom, uniformIndex } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { splitCells } from './csv-records.js';
import { fastCsvCells } from './fast-csv-cells.js';
import { textBlock } from './text-block.js';

describe('fastCsvCells', () => {
  const cellsOf = (record: string, width: number): string[] | undefined => {
    const block = textBlock(Buffer.from(`x,"y\n${record}`), 0);
    const bounds = new Uint32Array(2 * width);
    if (!fastCsvCells(block, bounds)(5, block.bytes.length)) return undefined;
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
