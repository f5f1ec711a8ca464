const encoder = new TextEncoder();

/**
 * A hash of each text, for telling whether two of a batch are the same: the 64-bit FNV-1a of its UTF-8 bytes (G. Fowler, L. C.
 * Noll and K.-P. Vo), whose upper and lower half are two int32. That two of a million different texts share one has a chance
 * of 3 in 100 million.
 *
 * @returns [texts, 2] upper half, lower half.
 */
export function textKeys(texts: readonly string[]): Int32Array {
  const keys = new Int32Array(texts.length * 2);
  for (const [at, text] of texts.entries()) keys.set(fnv1a(encoder.encode(text)), at * 2);
  return keys;
}

/** The offset basis 0xcbf29ce484222325, in halves. */
const BASIS = [0xcbf29ce4, 0x84222325] as const;

/** The prime is 2 ** 40 + this. */
const PRIME_REST = 0x1b3;

function fnv1a(bytes: Uint8Array): [upper: number, lower: number] {
  let [upper, lower]: [number, number] = [...BASIS];
  for (const byte of bytes) {
    lower = (lower ^ byte) >>> 0;
    // Products with the rest of the prime stay below 2 ** 41, where doubles are exact; times 2 ** 40 shifts the lower half up.
    const product = lower * PRIME_REST;
    const carry = Math.floor(product / 2 ** 32);
    upper = (upper * PRIME_REST + carry + ((lower << 8) >>> 0)) % 2 ** 32;
    lower = product % 2 ** 32;
  }
  return [upper, lower];
}
