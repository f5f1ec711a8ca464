import type { ClassNames, SampleLabel } from '../video.js';

/** Whether a value is a class, or classes by name. */
export function isLabel(value: unknown): value is SampleLabel {
  if (isClass(value)) return true;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const named = Object.entries(value);
  return named.length > 0 && named.every(([name, each]) => name !== '' && isClass(each));
}

/** Whether a value is a list of names, or such lists by name. */
export function isClassNames(value: unknown): value is ClassNames {
  if (Array.isArray(value)) return value.every(isText);
  if (typeof value !== 'object' || value === null) return false;
  const named = Object.entries(value);
  return (
    named.length > 0 &&
    named.every(([name, list]) => name !== '' && isClassNames(list) && Array.isArray(list))
  );
}

/** The name of a sample's class, or of each; undefined where there is none. */
export function classNameOf(
  label: SampleLabel | undefined,
  classes: ClassNames | undefined,
): string | Readonly<Record<string, string>> | undefined {
  if (label === undefined || classes === undefined) return undefined;
  if (typeof label === 'number') return isList(classes) ? classes[label] : undefined;
  if (isList(classes)) return undefined;
  const named = Object.entries(label).flatMap(([name, each]) => {
    const className = classes[name]?.[each];
    return className === undefined ? [] : [[name, className] as const];
  });
  return named.length > 0 ? Object.fromEntries(named) : undefined;
}

const isList = (classes: ClassNames): classes is readonly string[] => Array.isArray(classes);

const isClass = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
