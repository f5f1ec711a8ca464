import type { VideoLimits } from '../container/limits.js';
import type { OpenVideo } from '../container/open-video.js';
import type { FrameIndex } from './frame-index.js';
import { type IndexedPacket, indexPackets } from './scan-packets.js';

/** Indexes a freshly opened video; its reading position is anywhere afterwards. Undefined as below. */
export function indexFrames(
  video: OpenVideo,
  limits: VideoLimits,
  refuse?: () => never,
): FrameIndex | undefined {
  const packets = indexPackets(video, limits, refuse);
  return packets && arrangeFrames(packets);
}

/**
 * Puts packets in the order of presentation. Undefined when their times contradict each other: frames at
 * the same time, frames before the first entry, entries whose time steps back, as where recordings were joined.
 */
function arrangeFrames(packets: readonly IndexedPacket[]): FrameIndex | undefined {
  const first = packets[0];
  if (first === undefined || !first.entry) return undefined;
  const packetOf = [...packets.keys()].filter((number) => packets[number]!.shown);
  packetOf.sort((a, b) => packets[a]!.pts - packets[b]!.pts);
  const timeOf = (frame: number) => packets[packetOf[frame]!]!.pts;
  for (let frame = 0; frame < packetOf.length; frame++) {
    if (timeOf(frame) <= (frame === 0 ? first.pts - 1 : timeOf(frame - 1))) return undefined;
  }
  if (packetOf.length === 0 || stepsBack(packets)) return undefined;

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
  return pack(packets, packetOf, entryOf);
}

/** True when an entry is shown no later than a frame of the packets before it. */
function stepsBack(packets: readonly IndexedPacket[]): boolean {
  let latest = Number.NEGATIVE_INFINITY;
  return packets.some(({ entry, shown, pts }) => {
    if (!shown) return false;
    const back = entry && pts <= latest;
    latest = Math.max(latest, pts);
    return back;
  });
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

/** The columns of an index in one piece of shared memory, the widest numbers first. */
function pack(
  packets: readonly IndexedPacket[],
  packetOf: readonly number[],
  entryOf: readonly number[],
): FrameIndex {
  const [count, frameCount] = [packets.length, packetOf.length];
  const memory = new SharedArrayBuffer(count * (8 + 8 + 4 + 4 + 4 + 1) + frameCount * (4 + 4));
  const index = {
    pts: new Float64Array(memory, 0, count),
    position: new Float64Array(memory, count * 8, count),
    size: new Uint32Array(memory, count * 16, count),
    frameOf: new Int32Array(memory, count * 20, count).fill(-1),
    prefixOf: new Int32Array(memory, count * 24, count).fill(-1),
    packetOf: new Uint32Array(memory, count * 28, frameCount),
    entryOf: new Uint32Array(memory, count * 28 + frameCount * 4, frameCount),
    referenced: new Uint8Array(memory, count * 28 + frameCount * 8, count),
    prefixes: [] as Uint8Array[],
    lastDuration: packets[packetOf[frameCount - 1]!]!.duration,
  };
  packets.forEach(({ pts, position, size, referenced, prefix }, number) => {
    index.pts[number] = pts;
    index.position[number] = position;
    index.size[number] = size;
    index.referenced[number] = referenced ? 1 : 0;
    if (prefix === undefined) return;
    if (prefix !== index.prefixes.at(-1)) index.prefixes.push(prefix);
    index.prefixOf[number] = index.prefixes.length - 1;
  });
  index.packetOf.set(packetOf);
  index.entryOf.set(entryOf);
  packetOf.forEach((packet, frame) => {
    index.frameOf[packet] = frame;
  });
  return index;
}
