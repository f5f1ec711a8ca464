/** Which packet gives which frame, and from where it can be decoded. Lies in shared memory, for all threads. */
export interface FrameIndex {
  /** [packets] of the video stream in the order of decoding: ticks of its clock. */
  readonly pts: Float64Array;
  /** [packets] byte offset in the file. */
  readonly position: Float64Array;
  /** [packets] bytes. Time, place and size tell a packet apart from all others. */
  readonly size: Uint32Array;
  /** [packets] 1 where other pictures are built on this one. */
  readonly referenced: Uint8Array;
  /** [packets] number of the frame in the order of presentation; -1 for packets that show none. */
  readonly frameOf: Int32Array;
  /** [packets] place in `prefixes` of what a decoder that starts here must be told first; -1 for nothing. */
  readonly prefixOf: Int32Array;
  readonly prefixes: readonly Uint8Array[];
  /** [frames] number of each frame's packet. */
  readonly packetOf: Uint32Array;
  /** [frames] number of the packet from which to decode: the last entry that gives this frame whole. */
  readonly entryOf: Uint32Array;
  /** Ticks for which the last frame is shown; 0 when the container does not say. */
  readonly lastDuration: number;
}

/** Bytes that an index takes. */
export function indexBytes({ pts, prefixes }: FrameIndex): number {
  return prefixes.reduce((sum, { length }) => sum + length, pts.buffer.byteLength);
}
