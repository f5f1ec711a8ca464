import type { ClassNames, SampleLabel } from '../video.js';

/** What a sample says of the name of its class, or of each; it may be anything in shards of others. */
export type ToldClassName = unknown;

/** Gathers the names of classes that samples tell one by one. */
export interface ClassNameList {
  /** @returns the name that this class had before, where it was another one. */
  add(label: SampleLabel | undefined, name: ToldClassName): string | undefined;
  /** Nothing where a sample has a label without a name. A class that no sample has is called `class 3`. */
  names(): ClassNames | undefined;
}

/** Numbers from here on are no classes that anybody names; a list up to them would fill the memory. */
const MOST_CLASSES = 100_000;
/** Of samples without names of labels. */
const ONLY = '';

export function classNameList(): ClassNameList {
  const lists = new Map<string, string[]>();
  let isWhole = true;
  return {
    add(label, told) {
      if (label === undefined) return undefined;
      const labels = typeof label === 'number' ? { [ONLY]: label } : label;
      const names = typeof label === 'number' ? { [ONLY]: told } : told;
      for (const [list, number] of Object.entries(labels)) {
        const name = (names as Readonly<Record<string, unknown>> | null | undefined)?.[list];
        if (typeof name !== 'string' || name === '' || number >= MOST_CLASSES) {
          isWhole = false;
          continue;
        }
        const known = lists.get(list) ?? [];
        lists.set(list, known);
        const before = known[number];
        if (before !== undefined && before !== name) return before;
        known[number] = name;
      }
      return undefined;
    },
    names() {
      if (!isWhole || lists.size === 0) return undefined;
      const whole = [...lists].map(([list, names]) => [list, withoutHoles(names)] as const);
      if (!lists.has(ONLY)) return Object.fromEntries(whole);
      // Some samples have one label, others several: no list fits both.
      return lists.size === 1 ? whole[0]![1] : undefined;
    },
  };
}

const withoutHoles = (names: readonly (string | undefined)[]): string[] =>
  Array.from(names, (name, number) => name ?? `class ${number}`);
