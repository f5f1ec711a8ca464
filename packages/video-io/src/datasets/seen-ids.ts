/** Remembers ids by 64 bits of hash: 12 to 24 bytes an id, where a Set of strings takes about 100. */
export interface SeenIds {
  /**
   * The row that had this id before, or undefined when it is new; it is `row`'s from now on. The id is the part of `text`
   * from `from` to `to`, exclusive: cutting it out first would take longer than all the rest.
   */
  add(text: string, from: number, to: number, row: number): number | undefined;
}

/**
 * A hash table with open addressing. Two different ids of a million share 64 bits with probability 3e-8: the price of
 * not keeping the texts.
 */
export function seenIds(): SeenIds {
  let slots = 1 << 12;
  let table = emptyTable(slots);
  let count = 0;

  function place(low: number, high: number, row: number): number | undefined {
    for (let slot = low & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
      const at = slot * 3;
      if (table[at + 2] === 0) {
        table[at] = low;
        table[at + 1] = high;
        table[at + 2] = row + 1;
        return undefined;
      }
      if (table[at] === low && table[at + 1] === high) return table[at + 2]! - 1;
    }
  }

  return {
    add(text, from, to, row) {
      if (count * 2 >= slots) {
        const old = table;
        slots *= 4;
        table = emptyTable(slots);
        for (let at = 0; at < old.length; at += 3) {
          if (old[at + 2] !== 0) place(old[at]!, old[at + 1]!, old[at + 2]! - 1);
        }
      }
      // Two multiply-and-rotate hashes with different constants, each finished by MurmurHash3's mixer.
      let low = 0x243f6a88;
      let high = 0x85a308d3;
      for (let i = from; i < to; i++) {
        const unit = text.charCodeAt(i);
        low = Math.imul(low ^ unit, 0x9e3779b1);
        low = (low << 13) | (low >>> 19);
        high = Math.imul(high ^ unit, 0x85ebca77);
        high = (high << 17) | (high >>> 15);
      }
      const earlier = place(finish(low) >>> 0, finish(high ^ (to - from)) >>> 0, row);
      if (earlier === undefined) count += 1;
      return earlier;
    },
  };
}

/** [slots][low, high, row + 1]; row + 1 is 0 where a slot is free. */
const emptyTable = (slots: number): Uint32Array => new Uint32Array(slots * 3);

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
