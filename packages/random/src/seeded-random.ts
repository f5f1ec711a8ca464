import { showValue } from '@tgm/options';
import { RandomError } from './errors.js';
import type { Random } from './random.js';

/** Four unrelated hash seeds: the first words of the fraction of pi (Blowfish's P-array). */
const LANES = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344] as const;

/** Rounds thrown away after seeding; the author of sfc advises 12 or more. */
const WARM_UP = 15;

const NUMBER = 1;
const STRING = 2;

/**
 * A generator that any strings and numbers name: the same keys give the same draws in every process and runtime,
 * and keys that differ in one bit give unrelated ones. `seededRandom(seed, epoch, sample.id)`.
 *
 * The keys are written as 32-bit words (a type, then the float64 or the length and UTF-16 code units, so that
 * `('ab', 'c')`, `('a', 'bc')`, `1` and `'1'` differ), hashed four times by MurmurHash3 (x86, 32 bit) into 128 bits,
 * which seed sfc32 (Chris Doty-Humphrey, PractRand). Not for cryptography.
 *
 * @returns uniform multiples of 2^-32 in [0, 1).
 * @throws RandomError `OPTION_INVALID` for NaN or an infinity, which is a lost seed rather than a seed, and for keys of
 *   another kind; positions of keys count from 0.
 */
export function seededRandom(...keys: readonly (string | number)[]): Random {
  const words: number[] = [];
  for (let position = 0; position < keys.length; position += 1) writeWords(keys[position]!, position, words);
  // a, b, c and the counter. An Int32Array keeps the words as they are; variables of a closure would be boxed at each draw.
  const state = new Int32Array(LANES.length);
  for (let lane = 0; lane < LANES.length; lane += 1) state[lane] = murmur3(words, LANES[lane]!);
  const next = (): number => {
    const a = state[0]!;
    const b = state[1]!;
    const c = state[2]!;
    const counter = state[3]!;
    const result = (((a + b) | 0) + counter) | 0;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + result;
    state[3] = counter + 1;
    return (result >>> 0) * 2 ** -32;
  };
  for (let round = 0; round < WARM_UP; round += 1) next();
  return next;
}

/** A number as float64. One for all: a buffer takes longer to make than the hash of a key. */
const bits = new DataView(new ArrayBuffer(8));

/** Appends the words of a key to `words`. */
function writeWords(key: string | number, position: number, words: number[]): void {
  if (typeof key === 'string') {
    words.push(STRING, key.length);
    for (let index = 0; index < key.length; index += 1) words.push(key.charCodeAt(index));
    return;
  }
  if (!Number.isFinite(key)) {
    throw new RandomError('OPTION_INVALID', {
      where: `seededRandom, key ${position}`,
      expected: 'a string or a finite number',
      received: showValue(key),
    });
  }
  bits.setFloat64(0, key + 0); // -0 + 0 is 0: one zero
  words.push(NUMBER, bits.getUint32(0), bits.getUint32(4));
}

/** MurmurHash3_x86_32 of 32-bit words. */
function murmur3(words: readonly number[], seed: number): number {
  let hash = seed | 0;
  for (const word of words) {
    let mixed = Math.imul(word, 0xcc9e2d51);
    mixed = (mixed << 15) | (mixed >>> 17);
    hash ^= Math.imul(mixed, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= words.length * 4;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
