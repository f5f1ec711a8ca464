import type { ClassifierLabels } from '@tgm/models';
import type { DataSetFacts } from './data-sets.js';

const numbered = (count: number): string[] => Array.from({ length: count }, (_, label) => `class ${label}`);

/** Names of as many classes as a set has, for where the set itself is not at hand. */
export const namesOfClasses = (classes: DataSetFacts['classes']): ClassifierLabels =>
  typeof classes === 'number'
    ? numbered(classes)
    : Object.fromEntries(Object.entries(classes).map(([name, count]) => [name, numbered(count)]));
