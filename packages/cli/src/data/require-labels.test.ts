import { type ClassNames, datasetOf, type SampleLabel } from '@tgm/video-io';
import { describe, expect, it } from 'vitest';
import { requireLabels } from './require-labels.js';

const required = (labels: readonly (SampleLabel | undefined)[], classes: ClassNames) => {
  const samples = labels.map((label, at) => ({
    id: `video ${at}`,
    source: `${at}.mp4`,
    captions: [],
    ...(label !== undefined && { label }),
  }));
  return requireLabels(datasetOf('some', samples), classes, 'Label them.');
};

const SEVERAL = { verb: ['go', 'stay'], noun: ['dog'] };

describe('requireLabels', () => {
  it('takes videos that all have labels of the classes', async () => {
    await required([0, 1], ['dog', 'cat']);
    await required([{ verb: 1, noun: 0, colour: 7 }], SEVERAL);
  });

  it.each<readonly [string, readonly (SampleLabel | undefined)[], ClassNames, string]>([
    ['no video', [], ['dog'], 'no video'],
    ['a video without a label', [0, undefined], ['dog'], '"video 1" without one'],
    ['a label of no class', [0, 1], ['dog'], '1 of "video 1"'],
    ['one label where there are to be two', [0], SEVERAL, '0 of "video 0"'],
    ['a label that lacks a kind', [{ verb: 0 }], SEVERAL, '{"verb":0} of "video 0"'],
    ['labels by name where there is to be one', [{ verb: 0 }], ['dog'], '{"verb":0} of "video 0"'],
  ])('refuses %s', async (_, labels, classes, received) => {
    await expect(required(labels, classes)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      where: 'some',
      received,
      advice: 'Label them.',
    });
  });
});
