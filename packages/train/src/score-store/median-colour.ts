/** Counts the colours of pictures. */
export interface ColourCounts {
  /** @param frames [.., 3] RGB, 0-255. */
  add(frames: Uint8Array): void;
  /** The median of each channel. */
  median(): readonly [number, number, number];
}

export function colourCounts(): ColourCounts {
  const channels = [new Float64Array(256), new Float64Array(256), new Float64Array(256)] as const;
  const [red, green, blue] = channels;
  let pixels = 0;
  const medianOf = (channel: number): number => {
    const counts = channels[channel]!;
    let [value, seen] = [0, counts[0]!];
    while (seen < pixels / 2) seen += counts[++value]!;
    return value;
  };
  return {
    add(frames) {
      for (let at = 0; at < frames.length; at += 3) {
        red[frames[at]!]! += 1;
        green[frames[at + 1]!]! += 1;
        blue[frames[at + 2]!]! += 1;
      }
      pixels += frames.length / 3;
    },
    median: () => [medianOf(0), medianOf(1), medianOf(2)],
  };
}
