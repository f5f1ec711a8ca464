/** [count, side, side, 3] bytes that both programs can make: a linear congruential generator's upper bytes. */
export function frameBytes(count: number, side: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: count * side * side * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}
