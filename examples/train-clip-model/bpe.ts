/** Marks the last piece of a word, as in CLIP. */
export const END_OF_WORD = '</w>';

/**
 * The 256 printable characters that stand for bytes in byte-level BPE (GPT-2, CLIP), in the order of their token
 * numbers: bytes that print stand for themselves, the others for characters from U+0100 on.
 */
export function byteAlphabet(): string[] {
  const ranges: readonly (readonly [number, number])[] = [
    [0x21, 0x7e],
    [0xa1, 0xac],
    [0xae, 0xff],
  ];
  const printable = ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i),
  );
  const others = 256 - printable.length;
  return [...printable, ...Array.from({ length: others }, (_, i) => 256 + i)].map((code) =>
    String.fromCharCode(code),
  );
}

/** Two pieces that become one. */
export type Merge = readonly [left: string, right: string];

function mergePair(pieces: readonly string[], [left, right]: Merge): string[] {
  const merged: string[] = [];
  for (let i = 0; i < pieces.length; i++) {
    if (pieces[i] === left && pieces[i + 1] === right) {
      merged.push(left + right);
      i++;
    } else {
      merged.push(pieces[i]!);
    }
  }
  return merged;
}

/**
 * Byte-pair encoding (Sennrich et al., 2016): joins the most frequent pair of neighbours again and again until
 * every word is one piece. Equal counts go to the pair that comes first in code-unit order, so that the same
 * words give the same merges.
 *
 * @param counts lower-case ASCII words and how often each occurs.
 */
export function learnMerges(counts: ReadonlyMap<string, number>): Merge[] {
  let words = [...counts].map(([word, count]) => ({
    count,
    pieces: [...word].map((letter, i) => (i === word.length - 1 ? letter + END_OF_WORD : letter)),
  }));
  const merges: Merge[] = [];
  for (;;) {
    const pairs = new Map<string, { merge: Merge; count: number }>();
    for (const { count, pieces } of words) {
      for (let i = 0; i + 1 < pieces.length; i++) {
        const key = `${pieces[i]} ${pieces[i + 1]}`;
        const pair = pairs.get(key) ?? { merge: [pieces[i]!, pieces[i + 1]!], count: 0 };
        pair.count += count;
        pairs.set(key, pair);
      }
    }
    if (pairs.size === 0) return merges;
    const ranked = [...pairs].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
    const best = ranked[0]![1];
    merges.push(best.merge);
    words = words.map(({ count, pieces }) => ({ count, pieces: mergePair(pieces, best.merge) }));
  }
}
