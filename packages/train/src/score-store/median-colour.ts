/** Counts the colours of pictures. */
export interface ColourCounts {
  /** @param frames [.., 3] RGB, 0-255. */
  add(frames: Uint8Array): void;
  /** The median of each channel. */
  median(): readonly [number, number, number];
}

export function colourCounts(): ColourCounts {
  const counts = new Float64Array(3 * 256);
  let pixels = 0;
  const medianOf = (channel: number): number => {
    let [value, seen] = [0, counts[channel * 256]!];
    while (seen < pixels / 2) seen += counts[channel * 256 + ++value]!;
    return value;
  };
  return {
    add(frames) {
      for (let at = 0; at < frames.length; at++) counts[(at % 3) * 256 + frames[at]!]! += 1;
      pixels += frames.length / 3;
    },
    median: () => [medianOf(0), medianOf(1), medianOf(2)],
  };
}
