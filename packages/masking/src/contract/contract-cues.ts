import { broken } from './contract-expectations.js';

/** The same cues, but reading one that is not in `allowed` throws. */
export function watchedCues<Cues extends object>(
  cues: Cues,
  allowed: readonly string[],
  where: string,
): Cues {
  const look = (key: string | symbol): void => {
    if (typeof key === 'symbol' || allowed.includes(key)) return;
    throw broken(
      `reads of the required cues only (${allowed.join(', ') || 'none'})`,
      `a read of ${key}`,
      where,
    );
  };
  return new Proxy(cues, {
    get(target, key, receiver) {
      look(key);
      return Reflect.get(target, key, receiver);
    },
    has(target, key) {
      look(key);
      return Reflect.has(target, key);
    },
    getOwnPropertyDescriptor(target, key) {
      look(key);
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
  });
}

/** A copy in which every Float32Array is zeros. */
export function withFlatScores<Cues extends object>(cues: Cues): Cues {
  if (cues instanceof Float32Array) return new Float32Array(cues.length) as unknown as Cues;
  if (ArrayBuffer.isView(cues)) return cues;
  const entries = Object.entries(cues).map(([key, value]) => [
    key,
    isObject(value) ? withFlatScores(value) : value,
  ]);
  return Object.fromEntries(entries) as Cues;
}

/**
 * A copy in which the middle number of every Float32Array is `value`, or nothing where there is no such array with a
 * number in it.
 */
export function withOneValue(cue: unknown, value: number): unknown {
  if (cue instanceof Float32Array) {
    if (cue.length === 0) return undefined;
    const copy = cue.slice();
    copy[copy.length >> 1] = value;
    return copy;
  }
  if (!isObject(cue) || ArrayBuffer.isView(cue)) return undefined;
  const changed = Object.entries(cue)
    .map(([key, part]) => [key, withOneValue(part, value)] as const)
    .filter(([, part]) => part !== undefined);
  return changed.length === 0 ? undefined : { ...cue, ...Object.fromEntries(changed) };
}

/** Whether two nested values of numbers, arrays and records are the same. */
export function sameCues(cues: unknown, other: unknown): boolean {
  if (!isObject(cues) || !isObject(other)) return Object.is(cues, other);
  const keys = Object.keys(cues);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => sameCues(Reflect.get(cues, key), Reflect.get(other, key)))
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
