import type { LabelGroup, VideoMaeClassifier } from '@tgm/models';
import { optional, optionTable, showValue } from '@tgm/options';
import type { ClassNames } from '@tgm/video-io';
import { TrainError } from '../errors.js';
import { classNamesField } from './option-fields.js';

/**
 * Labels are numbers of classes. So a classifier whose classes have other names, or another order, than the data set's would
 * learn wrong names. Its groups may be some of the data set's. Without names nothing is compared.
 *
 * @throws TrainError `OPTION_INVALID` where the names differ.
 */
export function requireClasses(
  where: string,
  { config, groups }: Pick<VideoMaeClassifier, 'config' | 'groups'>,
  given: ClassNames | undefined,
): void {
  const table = optionTable(
    `${where}, option examples`,
    { classes: optional(classNamesField()) },
    TrainError,
  );
  const { classes } = table.check({ classes: given });
  if (classes === undefined) return;
  const listed = Array.isArray(config.labels);
  const known = (name: string): readonly string[] | undefined => {
    if (isList(classes)) return listed ? classes : undefined;
    return !listed && Object.hasOwn(classes, name) ? classes[name] : undefined;
  };
  for (const { name, labels } of groups) {
    const expected = known(name);
    const at = expected ? firstDifference(expected, labels) : undefined;
    if (expected && at === undefined) continue;
    throw new TrainError('OPTION_INVALID', {
      where: `${where}, option model`,
      expected: `the data set's classes in their order, ${showValue(expected ?? classes)}${classAt(expected, at)}`,
      received: `${showValue(expected ? labels : config.labels)}${classAt(labels, at)}`,
    });
  }
}

const isList = (classes: ClassNames): classes is readonly string[] => Array.isArray(classes);

/** The number of the first class that differs; undefined where none does. */
function firstDifference(some: readonly string[], others: LabelGroup['labels']): number | undefined {
  const most = Math.max(some.length, others.length);
  for (let at = 0; at < most; at++) if (some[at] !== others[at]) return at;
  return undefined;
}

/** Long lists are shown in part: the class that differs is told apart. */
function classAt(names: readonly string[] | undefined, at: number | undefined): string {
  if (names === undefined || at === undefined) return '';
  return at < names.length ? `, class ${at} ${showValue(names[at])}` : `, no class ${at}`;
}
