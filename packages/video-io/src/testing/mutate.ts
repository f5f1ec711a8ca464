import { type Random, uniformIndex } from '@tgm/random';

/** Numbers that break arithmetic: nothing, all, the largest of each sign. */
const EXTREMES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

type Mutation = (bytes: Buffer, at: number, length: number, random: Random) => Buffer;

/** What happens to files on disks and wires, and what an attacker does to headers. */
const MUTATIONS: readonly Mutation[] = [
  (bytes, at, _length, random) => {
    bytes[at]! ^= 1 << uniformIndex(8, random);
    return bytes;
  },
  (bytes, at, length, random) => {
    for (let i = at; i < at + length; i++) bytes[i] = uniformIndex(256, random);
    return bytes;
  },
  (bytes, at, length) => bytes.fill(0, at, at + length),
  (bytes, at, _length, random) => {
    const place = Math.min(at, bytes.length - 4);
    bytes.writeUInt32BE(EXTREMES[uniformIndex(EXTREMES.length, random)]!, place);
    return bytes;
  },
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at, length) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]),
  (bytes, at, length) => Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]),
  (bytes, at, length, random) => {
    const from = uniformIndex(bytes.length, random);
    bytes.copy(bytes, at, from, Math.min(from + length, bytes.length));
    return bytes;
  },
];

/** A copy of a file with one to eight of its places damaged, half of them where headers tend to lie. */
export function mutate(file: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(file);
  for (let left = 1 + uniformIndex(8, random); left > 0 && bytes.length > 8; left--) {
    const places = random() < 0.5 ? Math.min(2000, bytes.length) : bytes.length;
    const fromEnd = random() < 0.3;
    const place = uniformIndex(places, random);
    const at = fromEnd ? bytes.length - 1 - place : place;
    const length = Math.min(1 + uniformIndex(2 ** uniformIndex(10, random), random), bytes.length - at);
    bytes = Buffer.from(MUTATIONS[uniformIndex(MUTATIONS.length, random)]!(bytes, at, length, random));
  }
  return bytes;
}
