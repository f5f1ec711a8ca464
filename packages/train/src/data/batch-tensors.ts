import type { HostTensor } from '../checkpoint/saved-run.js';
import { textKeys } from './text-keys.js';

/** [B, K] token numbers of lists of one length. */
export function indexTensor(lists: readonly Uint32Array[]): HostTensor {
  const count = lists[0]!.length;
  const data = new Int32Array(lists.length * count);
  lists.forEach((list, row) => {
    data.set(list, row * count);
  });
  return { shape: [lists.length, count], data };
}

/** [B, K] place 0 for each token of lists of one length: nothing of where they stand is left. */
export function atOnePlace(lists: readonly Uint32Array[]): HostTensor {
  const count = lists[0]!.length;
  return { shape: [lists.length, count], data: new Int32Array(lists.length * count) };
}

/** [B, 2] a hash of each text. */
export const keyTensor = (texts: readonly string[]): HostTensor => ({
  shape: [texts.length, 2],
  data: textKeys(texts),
});
