import type { ClassNames, SampleLabel } from '@tgm/video-io';
import { isList } from './class-name.js';

/** The classes of one label. */
export interface LabelCounts {
  /** Classes that there are by name, or that samples have. */
  readonly classes: number;
  /** Samples of each class that has any, by its name or its number. */
  readonly samples: Readonly<Record<string, number>>;
  /** Classes without a sample. */
  readonly empty: readonly string[];
  /** Samples without this label. */
  readonly without: number;
}

/** Counts samples by class. */
export function labelCounts(classes: ClassNames | undefined) {
  const byLabel = new Map<string, Map<number, number>>();
  let samples = 0;
  const namesOf = (label: string): readonly string[] | undefined =>
    isList(classes) ? (label === 'label' ? classes : undefined) : classes?.[label];
  return {
    add(label: SampleLabel | undefined): void {
      samples++;
      const named = typeof label === 'number' ? { label } : (label ?? {});
      for (const [name, each] of Object.entries(named)) {
        const counts = byLabel.get(name) ?? new Map<number, number>();
        byLabel.set(name, counts.set(each, (counts.get(each) ?? 0) + 1));
      }
    },
    counts(): Readonly<Record<string, LabelCounts>> {
      return Object.fromEntries(
        [...byLabel].map(([label, counts]) => {
          const names = namesOf(label);
          const nameOf = (each: number): string => names?.[each] ?? String(each);
          const sorted = [...counts].sort(([a], [b]) => a - b);
          const empty = (names ?? []).filter((_, each) => !counts.has(each));
          const labelled = sorted.reduce((sum, [, count]) => sum + count, 0);
          return [
            label,
            {
              classes: names?.length ?? counts.size,
              samples: Object.fromEntries(sorted.map(([each, count]) => [nameOf(each), count])),
              empty,
              without: samples - labelled,
            },
          ];
        }),
      );
    },
  };
}
