import { expect, it } from 'vitest';
import { EvaluationError, meanOfViews, pixelBaseline, projectVideo, subsetAccuracy } from './index.js';

const rows = { values: new Float32Array(4).fill(1), count: 2, width: 2 };
const size = { frameCount: 1, height: 8, width: 8, slices: 1 };
const marks = [true, false];
const nothing = [null, undefined, 1.5, 'x', {}, () => 1];

const calls: [string, string, (value: never) => unknown, unknown[]][] = [
  ['subsetAccuracy', 'predictions', (value) => subsetAccuracy(value, [0, 1], marks), nothing],
  ['subsetAccuracy', 'labels', (value) => subsetAccuracy([0, 1], value, marks), nothing],
  ['subsetAccuracy', 'members', (value) => subsetAccuracy([0, 1], [0, 1], value), nothing],
  ['meanOfViews', 'logits', (value) => meanOfViews(value, 2, 2), [...nothing, [], [1, 2, 3, 4]]],
  ['pixelBaseline', 'clips', (value) => pixelBaseline(value, size), nothing],
  [
    'pixelBaseline',
    'clips.0',
    (value) => pixelBaseline([value] as never, size),
    [null, 'x', new Float32Array(192)],
  ],
  ['projectVideo', 'features', (value) => projectVideo(value, new Float32Array(2)), nothing],
  ['projectVideo', 'weight', (value) => projectVideo(rows, value), [...nothing, [], [1, 1]]],
];

it.each(calls)('%s names %s where it is no data', (where, option, call, wrong) => {
  for (const value of wrong) {
    expect(() => call(value as never)).toThrow(EvaluationError);
    expect(() => call(value as never)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: `${where}, option ${option}` }),
    );
  }
});
