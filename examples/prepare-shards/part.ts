/** `3/16` as part 3, from 0, of 16. */
export function parsePart(text: string): { index: number; count: number } {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (index === undefined || Number(index) >= Number(count)) {
    throw new Error(`Expected --shard <part from 0>/<parts>, got "${text}".`);
  }
  return { index: Number(index), count: Number(count) };
}
