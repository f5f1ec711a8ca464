import { expect, test } from 'vitest';
import { plot } from './plot.js';
import { seriesLooks } from './series-colours.js';

test('a rare outlier ends at the frame of the chart, and leaves the others their room', () => {
  const points = Array.from({ length: 500 }, (_, step) => ({
    step,
    value: step === 250 ? 1e6 : 1 + step / 500,
  }));
  const chart = { title: 'Loss', series: [{ name: 'a', points }], smooth: true };
  const { text } = plot(chart, seriesLooks(['a']))!;
  const lines = [...text.matchAll(/ d="([^"]+)"/g)].map(([, path]) => path!);
  const heights = lines.flatMap((path) => [...path.matchAll(/,(-?[\d.e+]+)/g)].map(([, y]) => Number(y)));
  expect(heights.length).toBeGreaterThan(500); // the raw line and the smoothed one
  expect(Math.min(...heights)).toBeGreaterThanOrEqual(14);
  expect(Math.max(...heights)).toBeLessThanOrEqual(280 - 40);
});
