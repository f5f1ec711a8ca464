import { chooseIndices, type Random } from '@tgm/random';

/**
 * Hides `count` of the tokens whose flag in `of` is `flag`, drawn at random. `count` draws.
 *
 * @param masked flags of tokens, which are set to 1.
 * @param of as long as `masked`, or the same.
 */
export function hideSome(
  masked: Uint8Array,
  of: Uint8Array,
  flag: 0 | 1,
  count: number,
  random: Random,
): void {
  if (count <= 0) return;
  const found = placesOf(of, flag);
  for (const index of chooseIndices(count, found.length, random)) masked[found[index]!] = 1;
}

/** The places of a flag, ascending. */
export function placesOf(flags: Uint8Array, flag: 0 | 1): Uint32Array {
  const places = new Uint32Array(flags.length + 1);
  let found = 0;
  for (let place = 0; place < flags.length; place += 1) {
    places[found] = place;
    if (flags[place] === flag) found += 1;
  }
  return places.subarray(0, found);
}
