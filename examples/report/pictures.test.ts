import { describe, expect, test } from 'vitest';
import { viridis } from './colour-map.js';
import { smoothed, thinned, ticks } from './curve-points.js';
import { durationText, numberText } from './number-text.js';
import { heatLayer, maskLayer, scoreRange } from './patch-layers.js';

test('viridis runs from dark blue to yellow, clamps, and grows lighter all the way', () => {
  expect(viridis(-1)).toEqual([68, 1, 84]);
  expect(viridis(2)).toEqual([253, 231, 37]);
  const lightness = Array.from({ length: 50 }, (_, i) => {
    const [red, green, blue] = viridis(i / 49);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  });
  for (let i = 1; i < 50; i++) expect(lightness[i]).toBeGreaterThan(lightness[i - 1]!);
});

describe('patch layers', () => {
  test('scores are spread over the whole ramp; what is not finite stays clear', () => {
    const scores = Float32Array.of(0.1, Number.NaN, 0.3);
    const range = scoreRange(scores);
    expect(range.least).toBeCloseTo(0.1, 6);
    const layer = heatLayer(scores, range);
    expect([...layer.subarray(0, 3)]).toEqual([68, 1, 84]);
    expect([...layer.subarray(4, 8)]).toEqual([0, 0, 0, 0]);
    expect([...layer.subarray(8, 11)]).toEqual([253, 231, 37]);
    expect(heatLayer(Float32Array.of(2), scoreRange(Float32Array.of(2)))[3]).toBeGreaterThan(0);
  });

  test('the mask of a slice covers the masked patches of that slice only', () => {
    const layer = maskLayer(Uint32Array.of(0, 5, 6), 1, 4); // slice 1 holds tokens 4 ... 7
    const opaque = [3, 7, 11, 15].map((i) => layer[i]! > 0);
    expect(opaque).toEqual([false, true, true, false]);
  });
});

describe('curves', () => {
  test('smoothing keeps a straight line and evens out an alternating one', () => {
    const line = Array.from({ length: 200 }, (_, step) => ({ step, value: 3 - step / 100 }));
    smoothed(line).forEach(({ value }, i) => {
      expect(value).toBeCloseTo(line[i]!.value, 9);
    });
    const noisy = line.map(({ step }) => ({ step, value: step % 2 }));
    for (const { value } of smoothed(noisy).slice(10, -10)) expect(Math.abs(value - 0.5)).toBeLessThan(0.1);
  });

  test('thinning keeps both ends', () => {
    const points = Array.from({ length: 5000 }, (_, step) => ({ step, value: step }));
    const few = thinned(points);
    expect(few.length).toBe(300);
    expect([few[0]!.step, few.at(-1)!.step]).toEqual([0, 4999]);
  });

  test('ticks are round and inside', () => {
    expect(ticks(0.57, 1.2, 5)).toEqual([0.6, 0.8, 1, 1.2]);
    expect(ticks(0, 900, 6)).toEqual([0, 200, 400, 600, 800]);
    expect(ticks(0, 0.0015, 5)).toEqual([0, 0.0005, 0.001, 0.0015]);
  });
});

test('numbers and durations read well', () => {
  expect([0, 1234567, 0.61234, 1.5e-5, 123.456, Number.NaN].map(numberText)).toEqual([
    '0',
    '1,234,567',
    '0.612',
    '1.5e-5',
    '123',
    'NaN',
  ]);
  expect([4.23, 61, 3599.8, 3845].map(durationText)).toEqual([
    '4.2 s',
    '1 min 1 s',
    '1 h 0 min',
    '1 h 4 min',
  ]);
});
