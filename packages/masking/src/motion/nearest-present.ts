/** The place nearest to `place` of which `present` says so, the earlier of two; undefined where there is none. */
export function nearestPresent(present: readonly boolean[], place: number): number | undefined {
  for (let distance = 0; distance < present.length; distance += 1) {
    if (present[place - distance]) return place - distance;
    if (present[place + distance]) return place + distance;
  }
  return undefined;
}

/** For each of `parts` equal parts of `flags` whether one of them is set. */
export function partsPresent(flags: Uint8Array, parts: number): boolean[] {
  const size = flags.length / parts;
  return Array.from({ length: parts }, (_, part) => {
    const end = (part + 1) * size;
    let place = part * size;
    while (place < end && flags[place] === 0) place += 1;
    return place < end;
  });
}
