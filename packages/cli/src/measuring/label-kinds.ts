import type { OpenedDataset, VideoSample } from '@tgm/video-io';
import { CliError } from '../program/errors.js';

/** Labels of one kind, such as the verb of each video. */
export interface LabelKind {
  /** Its name; nothing where videos have one label each. */
  readonly name?: string;
  /** [train] and [test] numbers of classes. */
  readonly trainLabels: Int32Array;
  readonly testLabels: Int32Array;
  readonly classes: number;
}

/**
 * The labels of videos to learn from and to test, kind by kind.
 *
 * @throws CliError `INPUT_INVALID` for a video without a label, or with one of another kind than the first.
 */
export function labelKinds(
  { classes, name }: Pick<OpenedDataset, 'classes' | 'name'>,
  train: readonly VideoSample[],
  test: readonly VideoSample[],
): readonly LabelKind[] {
  const kinds = kindsOf(train[0]?.label);
  if (kinds === undefined) throw noLabel(name, train[0]?.id);
  return kinds.map((kind) => {
    const [trainLabels, testLabels] = [train, test].map((samples) =>
      Int32Array.from(samples, (sample) => labelOf(name, sample, kind)),
    ) as [Int32Array, Int32Array];
    const names =
      kind === undefined ? classes : (classes as Record<string, readonly string[]> | undefined)?.[kind];
    const found = 1 + trainLabels.reduce((most, label) => Math.max(most, label), 0);
    const count = Array.isArray(names) ? names.length : found;
    return { ...(kind !== undefined && { name: kind }), trainLabels, testLabels, classes: count };
  });
}

const kindsOf = (label: VideoSample['label']): readonly (string | undefined)[] | undefined => {
  if (label === undefined) return undefined;
  return typeof label === 'number' ? [undefined] : Object.keys(label);
};

function labelOf(where: string, { id, label }: VideoSample, kind: string | undefined): number {
  const own = typeof label === 'object' ? (kind === undefined ? undefined : label[kind]) : label;
  if (own === undefined || (typeof label === 'number' && kind !== undefined)) throw noLabel(where, id);
  return own;
}

const noLabel = (where: string, id: string | undefined): CliError =>
  new CliError('INPUT_INVALID', {
    where,
    expected: 'a label for each video, of the same kind for all',
    received: id === undefined ? 'no video' : `"${id}" without one`,
    advice: 'For a folder: --classes folders, and --validation.classes folders.',
  });
