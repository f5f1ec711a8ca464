import { chooseIndices, seededRandom } from '@tgm/random';
import type { Labels } from './features.js';

/**
 * The fold of each example, [examples] 0 ... folds - 1, drawn from the seed. Every class is spread over the folds as evenly
 * as its size allows, and so are all examples together.
 */
export function stratifiedFolds(labels: Labels, folds: number, seed: number): Uint32Array {
  const random = seededRandom('linear probe folds', seed);
  const byClass = new Map<number, number[]>();
  for (let example = 0; example < labels.length; example++) {
    const members = byClass.get(labels[example]!);
    if (members) members.push(example);
    else byClass.set(labels[example]!, [example]);
  }
  const fold = new Uint32Array(labels.length);
  let next = 0; // goes on where the class before has stopped, so that small classes do not all fill the first folds
  for (const members of byClass.values()) {
    for (const at of chooseIndices(members.length, members.length, random))
      fold[members[at]!] = next++ % folds;
  }
  return fold;
}
