import { expect, test } from 'vitest';
import { SERIES_COLOURS } from '../plots/series-colours.js';
import { DARK, LIGHT, PAGE_STYLE } from './page-style.js';

/** Relative luminance of `#rrggbb` (WCAG 2.2). */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

test('contrast of black and white is 21, of a grey as published', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 6);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

test.each([
  ['light', LIGHT],
  ['dark', DARK],
] as const)('what is %s can be read: at least 4.5 to 1', (scheme, colours) => {
  for (const name of ['ink', 'soft', 'accent', 'gain', 'loss'] as const)
    for (const ground of ['card', 'page'] as const)
      expect(contrast(colours[name], colours[ground]), `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  expect(contrast(colours['warn-ink'], colours.warn)).toBeGreaterThanOrEqual(4.5);
  for (const series of SERIES_COLOURS)
    expect(contrast(series[scheme], colours.card), series[scheme]).toBeGreaterThanOrEqual(4.5);
});

test('is dark on screens alone', () => {
  const [dark] = PAGE_STYLE.match(/@media screen and \(prefers-color-scheme: dark\)[^}]*}/)!;
  expect(dark).toContain(`--card: ${DARK.card}`);
  expect(PAGE_STYLE.replace(dark, '')).not.toContain(DARK.card);
});
