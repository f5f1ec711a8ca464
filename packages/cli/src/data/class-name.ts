import type { ClassNames, SampleLabel } from '@tgm/video-io';

/** The name of a sample's class; of several labels, their names one behind the other: `open door`. Nothing where there is none. */
export function classNameOf(
  label: SampleLabel | undefined,
  classes: ClassNames | undefined,
): string | undefined {
  if (label === undefined || classes === undefined) return undefined;
  if (typeof label === 'number') return isList(classes) ? classes[label] : undefined;
  if (isList(classes)) return undefined;
  const names = Object.entries(label).flatMap(([kind, each]) => classes[kind]?.[each] ?? []);
  return names.length > 0 ? names.join(' ') : undefined;
}

/** Whether samples have one label each: then the names are a list, else a list for each kind of label. */
export const isList = (classes: ClassNames | undefined): classes is readonly string[] =>
  Array.isArray(classes);
