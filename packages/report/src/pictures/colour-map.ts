type Colour = readonly [red: number, green: number, blue: number];

/** Ten equally spaced colours of viridis (Smith and van der Walt, CC0): even steps look even, in grey too. */
const VIRIDIS: readonly Colour[] = [
  [68, 1, 84],
  [72, 40, 120],
  [62, 73, 137],
  [49, 104, 142],
  [38, 130, 142],
  [31, 158, 137],
  [53, 183, 121],
  [110, 206, 88],
  [181, 222, 43],
  [253, 231, 37],
];

/** The colour of `share`, 0 dark blue to 1 yellow; values outside are clamped. */
export function viridis(share: number): Colour {
  const place = Math.min(1, Math.max(0, share)) * (VIRIDIS.length - 1);
  const low = Math.min(Math.floor(place), VIRIDIS.length - 2);
  const between = (channel: 0 | 1 | 2) => {
    const from = VIRIDIS[low]![channel];
    return Math.round(from + (place - low) * (VIRIDIS[low + 1]![channel] - from));
  };
  return [between(0), between(1), between(2)];
}
