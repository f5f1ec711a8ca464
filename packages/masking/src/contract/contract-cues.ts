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

/** A changed cue, and what was changed in it. */
export interface ChangedCue {
  readonly cue: unknown;
  readonly what: string;
}

/** Copies of a cue with `value` in one place each: first, middle and last of every array of floats, and every single number. */
export function withOneValue(cue: unknown, value: number, path: string): ChangedCue[] {
  if (typeof cue === 'number') return [{ cue: value, what: `${value} as ${path}` }];
  if (cue instanceof Float32Array || cue instanceof Float64Array) {
    const places = new Set(cue.length === 0 ? [] : [0, cue.length >> 1, cue.length - 1]);
    return [...places].map((place) => {
      const copy = cue.slice();
      copy[place] = value;
      return { cue: copy, what: `${value} at ${place} of ${path}` };
    });
  }
  return changedParts(cue, path, (part, inner) => withOneValue(part, value, inner));
}

/** Copies of a cue that lack one of its parts each, however deep. */
export function withoutOnePart(cue: unknown, path: string): ChangedCue[] {
  if (!isRecord(cue)) return [];
  const without = Object.keys(cue).map((name) => {
    const rest = Object.entries(cue).filter(([other]) => other !== name);
    return { cue: Object.fromEntries(rest), what: `no ${path}.${name}` };
  });
  return [...without, ...changedParts(cue, path, withoutOnePart)];
}

function changedParts(
  cue: unknown,
  path: string,
  change: (part: unknown, path: string) => ChangedCue[],
): ChangedCue[] {
  if (!isRecord(cue)) return [];
  return Object.entries(cue).flatMap(([name, part]) =>
    change(part, `${path}.${name}`).map((changed) => ({ ...changed, cue: { ...cue, [name]: changed.cue } })),
  );
}

const isRecord = (cue: unknown): cue is object => isObject(cue) && !ArrayBuffer.isView(cue);

/** A copy of records of arrays and simple values, or nothing where there is something else in them. */
export function copiedCues<Cues extends object>(cues: Cues): Cues | undefined {
  if (ArrayBuffer.isView(cues) && 'slice' in cues) return (cues as unknown as Float32Array).slice() as never;
  if (Object.getPrototypeOf(cues) !== Object.prototype) return undefined;
  const parts = Object.entries(cues).map(
    ([name, part]) => [name, isObject(part) ? copiedCues(part) : part] as const,
  );
  if (parts.some(([name, part]) => part === undefined && Reflect.get(cues, name) !== undefined))
    return undefined;
  return Object.fromEntries(parts) as Cues;
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
