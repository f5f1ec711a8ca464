import { bitReader } from './bit-reader.js';
import type { PacketFacts } from './packet-facts.js';

/** VP8 (RFC 6386, 9.1): a key frame resets all that a decoder remembers. */
export function vp8Facts(packet: Buffer): PacketFacts | undefined {
  if (packet.length < 11) return undefined;
  const key = (packet[0]! & 1) === 0;
  return { shown: (packet[0]! & 16) !== 0, entry: key && !keepsSegments(packet), referenced: true };
}

/**
 * Behind the ten bytes of a key frame's header come coded bits of even odds: colour space, clamping,
 * segments in use, segment map given. A map that is used and not given is that of the frame before.
 */
function keepsSegments(packet: Buffer): boolean {
  let value = packet.readUIntBE(10, Math.min(4, packet.length - 10));
  value *= 256 ** (4 - Math.min(4, packet.length - 10));
  let range = 255;
  const [, , enabled, given] = Array.from({ length: 4 }, () => {
    const split = 1 + (((range - 1) * 128) >> 8);
    const bit = value >= split * 2 ** 24;
    if (bit) value -= split * 2 ** 24;
    range = bit ? range - split : split;
    while (range < 128) {
      range *= 2;
      value = (value * 2) % 2 ** 32;
    }
    return bit;
  });
  return enabled === true && given !== true;
}

/** VP9 (bitstream specification, 6.2): several frames may share a packet, one of them shown. */
export function vp9Facts(packet: Buffer): PacketFacts | undefined {
  let shown = 0;
  let entry: boolean | undefined;
  for (const frame of vp9Frames(packet)) {
    const reader = bitReader(frame);
    if (reader.bits(2) !== 2) return undefined;
    const profile = reader.bits(1) + 2 * reader.bits(1);
    if (profile === 3) reader.bits(1);
    if (reader.bits(1) === 1) {
      shown++;
      entry ??= false;
      continue;
    }
    const key = reader.bits(1) === 0;
    const visible = reader.bits(1) === 1;
    if (visible) shown++;
    entry ??= key && visible;
  }
  if (entry === undefined || shown > 1) return undefined;
  return { shown: shown === 1, entry, referenced: true };
}

/** The frames of a packet by the index at its end (annex B), or the packet as one frame. */
function vp9Frames(packet: Buffer): Buffer[] {
  const marker = packet.at(-1) ?? 0;
  const sizeBytes = ((marker >> 3) & 3) + 1;
  const count = (marker & 7) + 1;
  const first = packet.length - 2 - sizeBytes * count;
  if (marker >> 5 !== 6 || first < 0 || packet[first] !== marker) return [packet];
  const frames: Buffer[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const size = packet.readUIntLE(first + 1 + i * sizeBytes, sizeBytes);
    if (size > 0) frames.push(packet.subarray(at, at + size));
    at += size;
  }
  return frames;
}
