import { classesOf, type VideoMaeClassifier } from '@tgm/models';
import { TrainError } from '../errors.js';
import type { TrainingExample } from './examples.js';

/**
 * [B, C] targets of a batch: 1 at the class of each group, as `classesOf` reads the labels.
 *
 * @throws TrainError `LABEL_INVALID` for an example without a label, or with one that is none of the classes.
 */
export function labelTargets(
  classifier: Pick<VideoMaeClassifier, 'config' | 'groups'>,
  examples: readonly TrainingExample<object>[],
): Float32Array {
  const { groups } = classifier;
  const count = groups.reduce((sum, { labels }) => sum + labels.length, 0);
  const targets = new Float32Array(examples.length * count);
  examples.forEach(({ id, label }, row) => {
    const classes = classesOf(classifier, label, (expected, received) => {
      throw new TrainError('LABEL_INVALID', { where: `Example "${id}"`, expected, received });
    });
    groups.forEach(({ from }, at) => {
      targets[row * count + from + classes[at]!] = 1;
    });
  });
  return targets;
}
