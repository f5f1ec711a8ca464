import type { DecodedClip } from '@tgm/train';
import { oneLabel } from './one-label.js';
import type { VideoSet } from './source.js';

/** Neighbours that vote in k-NN: fewer training clips cannot be measured with it. */
const NEIGHBOURS = 20;

export interface Measurable {
  readonly set: VideoSet;
  readonly train: readonly DecodedClip[];
  readonly test?: readonly DecodedClip[];
}

/**
 * Whether the clips are enough for what is measured after the training. A short or small set, or files that could not be
 * read, may leave too few neighbours or a class without clips: then all clips are trained on, and a note says why
 * nothing is measured.
 */
export function measurable(
  set: VideoSet,
  train: readonly DecodedClip[],
  test: readonly DecodedClip[] | undefined,
): Measurable {
  if (test === undefined) return { set, train };
  const labels = (clips: readonly DecodedClip[]) => new Set(clips.map(({ sample }) => oneLabel(sample)!));
  const learnt = labels(train);
  const unknown = [...labels(test)].filter((label) => !learnt.has(label));
  const lacking =
    train.length < NEIGHBOURS
      ? `k-NN asks ${NEIGHBOURS} neighbours, and the training part has ${train.length} clips`
      : test.length === 0
        ? 'no video of the test part could be read'
        : unknown.length > 0
          ? `the training part has no clip of ${unknown.map((label) => `"${set.classes?.[label] ?? label}"`).join(', ')}`
          : learnt.size < 2
            ? 'the training part has clips of one class alone'
            : undefined;
  if (lacking === undefined) return { set, train, test };
  return { set: { ...set, note: `No evaluation: ${lacking}.` }, train: [...train, ...test] };
}
