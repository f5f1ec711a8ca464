import { expect, test } from 'vitest';
import { seriesLooks } from '../plots/series-colours.js';
import { scoreSection } from './score-section.js';

test('a lower number is a gain where lower is better, and the best of its column', () => {
  const { text } = scoreSection(
    {
      columns: [{ key: 'rank', label: 'Median rank', better: 'lower' }],
      rows: [
        { name: 'first', numbers: { rank: 30 } },
        { name: 'second', numbers: { rank: 28 } },
        { name: 'third', numbers: { rank: 33 } },
      ],
      compareWith: 'first',
    },
    seriesLooks([]),
  );
  expect(text).toContain('<b>28.0</b> <small class="gain">−2.0</small>');
  expect(text).toContain('33.0 <small class="loss">+3.0</small>');
});
