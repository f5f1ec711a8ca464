/** What the headers inside one packet say, read without decoding. */
export interface PacketFacts {
  /** True when the packet gives a frame to show; some codecs have packets of hidden pictures. */
  readonly shown: boolean;
  /**
   * True when a decoder that starts here gives the same frames, from this one on in presentation order, as
   * one that comes from the start of the stream. Stricter than the container's key flags.
   */
  readonly entry: boolean;
  /** False when no other picture is built on this one, so that it can be left out. */
  readonly referenced: boolean;
  /** What a decoder that starts at this entry must be told first, to be put before the packet's bytes. */
  readonly prefix?: Uint8Array | undefined;
}

/**
 * Reads the packets of one stream in order, from the first. Undefined for a packet that breaks the rule of
 * one picture to show at most: frames cannot be counted by packets then.
 */
export type PacketReader = (packet: Buffer) => PacketFacts | undefined;
