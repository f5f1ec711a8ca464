import { showValue } from '@tgm/options';
import type { VideoMaeClassifier } from './classifier.js';

/**
 * The class of a clip in each of a classifier's groups, in their order. A classifier of one list of classes reads a label that is
 * a number; one of groups reads the labels of their names, and passes over others.
 *
 * @param label a whole number from 0, or such numbers by the names of groups.
 * @param refuse throws the caller's own error for a label that is missing, or none of a group's classes.
 */
export function classesOf(
  { config, groups }: Pick<VideoMaeClassifier, 'config' | 'groups'>,
  label: unknown,
  refuse: (expected: string, received: string) => never,
): number[] {
  const named = !Array.isArray(config.labels);
  return groups.map(({ name, labels }) => {
    const own = named ? (label as Readonly<Record<string, unknown>> | null | undefined)?.[name] : label;
    if (typeof own === 'number' && Number.isInteger(own) && own >= 0 && own < labels.length) return own;
    const one = `a label${named ? ` "${name}"` : ''} from 0 to ${labels.length - 1}`;
    const expected = named && typeof label === 'number' ? `labels by name, ${one} among them` : one;
    return refuse(expected, label === undefined ? 'none' : showValue(label));
  });
}
