import type { TextBlock } from './text-block.js';
import { hashText } from './text-hashes.js';

/** Finds ids that are there twice among millions, by 8 bytes of each where a Set of strings takes about 100. */
export interface DuplicateIds {
  /** Takes the part of a block from `from` to `to`, exclusive, as the text of the next row. */
  add(block: TextBlock, from: number, to: number): void;
  /**
   * Rows whose text has the hash of an earlier row's, in order: most likely the same text. Of a million different ones two
   * share their hash with probability 3e-8, so whoever must be sure compares them.
   */
  candidates(): Generator<{ readonly row: number; readonly earlier: number }>;
}

/**
 * The table is made when all are there: one of row numbers only, filled in a short loop, in which the processor waits for
 * many of its places in memory at once. Kept up row by row it took a third of the time of opening a manifest.
 */
export function duplicateIds(): DuplicateIds {
  /** [rows][2] */
  let hashes = new Uint32Array(2048);
  let count = 0;
  return {
    add(block, from, to) {
      if (2 * count === hashes.length) {
        const longer = new Uint32Array(4 * count);
        longer.set(hashes);
        hashes = longer;
      }
      hashText(block, from, to, hashes, 2 * count);
      count += 1;
    },
    *candidates() {
      const slots = 2 ** Math.ceil(Math.log2(2 * Math.max(count, 1)));
      /** Row number + 1; 0 where a slot is free. */
      const table = new Uint32Array(slots);
      for (let row = 0; row < count; row++) {
        const low = hashes[2 * row]!;
        let slot = low & (slots - 1);
        for (; table[slot] !== 0; slot = (slot + 1) & (slots - 1)) {
          const earlier = table[slot]! - 1;
          if (hashes[2 * earlier] === low && hashes[2 * earlier + 1] === hashes[2 * row + 1]) {
            yield { row, earlier };
          }
        }
        table[slot] = row + 1;
      }
    },
  };
}
