import type { FrameIndex } from './frame-index.js';

/** A stretch of packets that are decoded one after the other, from an entry on. */
export interface DecodeRun {
  /** Numbers of the packets to decode, ascending; the first is an entry. */
  readonly packets: readonly number[];
  /** Frames that the decoder must give for them, no more and no less, in this order. */
  readonly frameIndices: readonly number[];
}

/**
 * What to decode for some frames: from the last entry before each, leaving out whole groups without chosen
 * frames, and pictures that are neither chosen nor referred to.
 *
 * @param chosen Ascending frame numbers.
 */
export function planRuns(index: FrameIndex, chosen: readonly number[]): DecodeRun[] {
  const stretches: { from: number; to: number; chosen: Set<number> }[] = [];
  for (const frame of chosen) {
    const packet = index.packetOf[frame]!;
    const entry = index.entryOf[frame]!;
    const last = stretches.at(-1);
    if (last === undefined || entry > last.to + 1) {
      stretches.push({ from: entry, to: packet, chosen: new Set([packet]) });
    } else {
      last.to = Math.max(last.to, packet);
      last.chosen.add(packet);
    }
  }
  return stretches.map(({ from, to, chosen: wanted }) => {
    const packets: number[] = [];
    for (let number = from; number <= to; number++) {
      if (index.referenced[number] === 1 || wanted.has(number)) packets.push(number);
    }
    const start = index.pts[from]!;
    const frameIndices = packets
      .filter((number) => index.pts[number]! >= start && index.frameOf[number]! >= 0)
      .map((number) => index.frameOf[number]!);
    return { packets, frameIndices: frameIndices.sort((a, b) => a - b) };
  });
}
