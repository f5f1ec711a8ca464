/** Many texts in the memory of their letters: 4 bytes more for each. */
export interface StringTable {
  at(index: number): string;
}

export function stringTable(texts: readonly string[]): StringTable {
  const bytes = Buffer.from(texts.join(''));
  const ends = new Uint32Array(texts.length);
  let end = 0;
  for (let i = 0; i < texts.length; i++) {
    end += Buffer.byteLength(texts[i]!);
    ends[i] = end;
  }
  return { at: (index) => bytes.toString('utf8', index === 0 ? 0 : ends[index - 1], ends[index]) };
}
