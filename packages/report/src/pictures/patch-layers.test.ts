import { describe, expect, test } from 'vitest';
import { viridis } from './colour-map.js';
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
    expect([layer[7], layer[11]]).toEqual([255, 255]); // nothing shows through
  });
});
