import type { VideoLimits } from './limits.js';
import type { OpenVideo } from './open-video.js';
import { type IndexedPacket, indexPackets } from './packet-index.js';

/** Which packet gives which frame, and from where it can be decoded. */
export interface FrameIndex {
  /** In the order of decoding. */
  readonly packets: readonly IndexedPacket[];
  /** [frames] number of each frame's packet; frames in the order of presentation. */
  readonly packetOf: readonly number[];
  /** [frames] number of the packet from which to decode: the last entry that gives this frame whole. */
  readonly entryOf: readonly number[];
}

/** Indexes a freshly opened video; its reading position is anywhere afterwards. Undefined as below. */
export function indexFrames(video: OpenVideo, limits: VideoLimits): FrameIndex | undefined {
  const packets = indexPackets(video, limits);
  return packets && arrangeFrames(packets);
}

/**
 * Puts packets in the order of presentation. Undefined when their times contradict each other: frames at
 * the same time, frames before the first entry, entries before which decoding is not done with all earlier
 * frames.
 */
export function arrangeFrames(packets: readonly IndexedPacket[]): FrameIndex | undefined {
  const first = packets[0];
  if (first === undefined || !first.entry) return undefined;
  const packetOf = [...packets.keys()].filter((number) => packets[number]!.shown);
  packetOf.sort((a, b) => packets[a]!.pts - packets[b]!.pts);
  const timeOf = (frame: number) => packets[packetOf[frame]!]!.pts;
  for (let frame = 0; frame < packetOf.length; frame++) {
    if (timeOf(frame) <= (frame === 0 ? first.pts - 1 : timeOf(frame - 1))) return undefined;
  }
  if (packetOf.length === 0) return undefined;

  const entries = cleanEntries(packets);
  // [packets] how many entries lie at or before each packet.
  let count = 0;
  const entriesUntil = packets.map((_, number) => {
    if (entries[count] === number) count++;
    return count;
  });
  const entryOf = packetOf.map((number) => {
    let at = entriesUntil[number]! - 1;
    // Frames shown before the entry that they follow in the file are built on what came before it.
    while (packets[entries[at]!]!.pts > packets[number]!.pts) at--;
    return entries[at]!;
  });
  return { packets, packetOf, entryOf };
}

/** Numbers of the entries that come later in presentation than all packets before them. */
function cleanEntries(packets: readonly IndexedPacket[]): number[] {
  const entries: number[] = [];
  let latest = Number.NEGATIVE_INFINITY;
  packets.forEach(({ entry, pts }, number) => {
    if (entry && pts > latest) entries.push(number);
    latest = Math.max(latest, pts);
  });
  return entries;
}
