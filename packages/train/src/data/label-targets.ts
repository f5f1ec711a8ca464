import type { VideoMaeClassifier } from '@tgm/models';
import { showValue } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { TrainingExample } from './examples.js';

/** What is read of a classifier. */
type Classes = Pick<VideoMaeClassifier, 'config' | 'groups'>;

/**
 * [B, C] targets of a batch: 1 at the class of each group. A classifier of one list of classes reads a label that is a number;
 * one of groups reads the labels of their names, and passes over others.
 *
 * @throws TrainError `LABEL_INVALID` for an example without a label, or with one that is none of the classes.
 */
export function labelTargets(
  { config, groups }: Classes,
  examples: readonly TrainingExample<object>[],
): Float32Array {
  const named = !Array.isArray(config.labels);
  const count = groups.reduce((sum, { labels }) => sum + labels.length, 0);
  const targets = new Float32Array(examples.length * count);
  examples.forEach(({ id, label }, row) => {
    for (const { name, labels, from } of groups) {
      const own: unknown = named ? (label as Readonly<Record<string, unknown>> | undefined)?.[name] : label;
      if (!Number.isInteger(own) || (own as number) < 0 || (own as number) >= labels.length) {
        throw new TrainError('LABEL_INVALID', {
          where: `Example "${id}"`,
          expected: `a label${named ? ` "${name}"` : ''} from 0 to ${labels.length - 1}`,
          received: label === undefined ? 'none' : showValue(label),
        });
      }
      targets[row * count + from + (own as number)] = 1;
    }
  });
  return targets;
}
