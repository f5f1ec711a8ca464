import { type Random, uniformIndex } from '@tgm/random';

/**
 * Sets `masked` to `becomes` at `count` of the places where `of` is `flag`, drawn at random. `count` draws.
 *
 * @param masked flags of tokens.
 * @param of flags, 0 or 1, as long as `masked`, or the same.
 * @param room as long as `of`, or longer; what it holds before and after does not matter.
 */
export function drawSome(
  masked: Uint8Array,
  becomes: 0 | 1,
  of: Uint8Array,
  flag: 0 | 1,
  count: number,
  random: Random,
  room: Uint32Array,
): void {
  if (count <= 0) return;
  let found = 0;
  for (let place = 0; place < of.length; place += 1) {
    // Without a branch, which would be foreseen in half of the cases.
    room[found] = place;
    found += 1 - (of[place]! ^ flag);
  }
  for (let drawn = 0; drawn < count; drawn += 1) {
    const other = drawn + uniformIndex(found - drawn, random);
    masked[room[other]!] = becomes;
    room[other] = room[drawn]!;
  }
}
