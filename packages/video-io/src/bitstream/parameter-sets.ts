/** Keeps account of the parameter sets that a stream carries between its pictures. */
export interface ParameterSets {
  /** Notes a set that came in the current packet. */
  add(unit: Buffer): void;
  /**
   * True when a decoder that starts with the current packet knows every set that one from the start would
   * know. Then begins the next packet.
   */
  endPacket(): boolean;
}

/** @param known The units of the stream's header, which every decoder is given. */
export function parameterSets(known: readonly Buffer[]): ParameterSets {
  const text = (unit: Buffer) => unit.toString('latin1');
  const header = new Set(known.map(text));
  const seen = new Set<string>();
  let current = new Set<string>();
  return {
    add(unit) {
      const set = text(unit);
      if (header.has(set)) return;
      seen.add(set);
      current.add(set);
    },
    endPacket() {
      // Each set of before is told again here: whatever replaced whatever, the last word is the same.
      const complete = current.size === seen.size;
      current = new Set();
      return complete;
    },
  };
}
