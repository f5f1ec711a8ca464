import { expect, it } from 'vitest';
import { TINY_VIDEO_MAE } from '../testing/tiny-video-mae.js';
import { classesOf } from './classes-of.js';
import { videoMaeClassifier } from './classifier.js';

const single = videoMaeClassifier({ ...TINY_VIDEO_MAE, labels: ['run', 'jump'] });
const grouped = videoMaeClassifier({
  ...TINY_VIDEO_MAE,
  labels: { verb: ['open', 'cut'], noun: ['door', 'knife', 'pan'] },
});
const refuse = (expected: string, received: string): never => {
  throw new Error(`expected ${expected}, got ${received}`);
};

it('reads a number, or a number for each group by its name', () => {
  expect(classesOf(single, 1, refuse)).toEqual([1]);
  expect(classesOf(grouped, { tool: 9, noun: 2, verb: 0 }, refuse)).toEqual([0, 2]);
});

it.each([
  [single, undefined, 'expected a label from 0 to 1, got none'],
  [single, null, 'expected a label from 0 to 1, got null'],
  [single, 2, 'got 2'],
  [single, -1, 'got -1'],
  [single, 0.5, 'got 0.5'],
  [single, '1', 'got "1"'],
  [single, { verb: 0 }, 'expected a label from 0 to 1'],
  [grouped, undefined, 'expected a label "verb" from 0 to 1, got none'],
  [grouped, null, 'expected a label "verb" from 0 to 1, got null'],
  [grouped, 0, 'expected labels by name, a label "verb" from 0 to 1 among them, got 0'],
  [grouped, { verb: 1 }, 'expected a label "noun" from 0 to 2'],
  [grouped, { verb: 1, noun: 3 }, 'expected a label "noun" from 0 to 2'],
])('refuses a label that is none of the classes, case %#', (classifier, label, message) => {
  expect(() => classesOf(classifier, label, refuse)).toThrow(message);
});
