import { objectWith, optional, optionTable, wholeNumber } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { ExampleSource } from './examples.js';
import { classNamesField } from './option-fields.js';

const MEMBERS = objectWith<ExampleSource<object>>('a source of examples', [
  'length',
  'id',
  'describe',
  'load',
]);

const count = () => wholeNumber({ from: 1 });

const FACTS = {
  length: count(),
  perSample: optional(count()),
  parallel: optional(count()),
  textWidth: optional(count()),
  featureWidth: optional(count()),
  classes: optional(classNamesField()),
};

/** @throws TrainError `OPTION_INVALID` for what is no source, `NO_EXAMPLES` for an empty one. */
export function requireSource<Cues extends object>(where: string, source: ExampleSource<Cues>): void {
  optionTable(where, { source: MEMBERS }, TrainError).check({ source });
  const { length, perSample, parallel, textWidth, featureWidth, classes } = source;
  if (length === 0) {
    throw new TrainError('NO_EXAMPLES', {
      where: `${where}, argument source`,
      expected: 'at least one sample',
      received: 'none',
    });
  }
  optionTable(`${where}, argument source`, FACTS, TrainError).check({
    length,
    perSample,
    parallel,
    textWidth,
    featureWidth,
    classes,
  });
}
