import { datasetOf } from '@tgm/video-io';
import { describe, expect, it } from 'vitest';
import { withClasses } from './with-classes.js';

const set = (classes: Parameters<typeof datasetOf>[2], ...labels: (number | Record<string, number>)[]) =>
  datasetOf(
    'set',
    labels.map((label, at) => ({ id: `${at}`, source: 'a', captions: [], label })),
    classes,
  );

describe('withClasses', () => {
  it('gives a class the number that its name has', async () => {
    const dataset = withClasses(set(['run', 'yoga'], 0, 1), ['jump', 'run', 'yoga']);
    expect(dataset.classes).toEqual(['jump', 'run', 'yoga']);
    expect([(await dataset.at(0)).label, (await dataset.at(1)).label]).toEqual([1, 2]);
  });

  it('does so for labels of several kinds, and leaves out kinds that are not asked for', async () => {
    const own = { verb: ['open'], noun: ['door', 'lid'], hand: ['left'] };
    const dataset = withClasses(set(own, { verb: 0, noun: 1, hand: 0 }), {
      verb: ['close', 'open'],
      noun: ['lid', 'door'],
    });
    expect((await dataset.at(0)).label).toEqual({ verb: 1, noun: 0 });
  });

  it('refuses a class that is not known, and labels of another kind', () => {
    expect(() => withClasses(set(['run', 'swim'], 0), ['run'])).toThrow(/among "run", got "swim"/);
    expect(() => withClasses(set(['run'], 0), { verb: ['run'] })).toThrow(
      /labels by the names verb, got one label a video/,
    );
  });
});
