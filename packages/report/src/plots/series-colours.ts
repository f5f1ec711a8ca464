/**
 * Colours of lines on white and on dark cards, in the order in which names come. Each stands out from its card by at least 4.5 to 1,
 * so that the names beside them can have them too. They are variables of the style sheet, since the card's colour is the reader's.
 */
export const SERIES_COLOURS: readonly { readonly light: string; readonly dark: string }[] = [
  { light: '#2563b8', dark: '#7db0f5' }, // blue
  { light: '#b8470b', dark: '#f79a5c' }, // orange
  { light: '#18794a', dark: '#63c98f' }, // green
  { light: '#7a3fc4', dark: '#bd9cf7' }, // purple
  { light: '#0b7285', dark: '#5fcbdc' }, // teal
  { light: '#b8246b', dark: '#f58fbd' }, // pink
  { light: '#806008', dark: '#d9b95c' }, // ochre
  { light: '#515b6b', dark: '#a8b2c2' }, // grey
];

/** How a series is drawn: a colour of the style sheet, and dashes once all colours are used. */
export interface SeriesLook {
  readonly colour: string;
  readonly dashes?: string;
}

export type SeriesLooks = ReadonlyMap<string, SeriesLook>;

/** One look for each name, the same wherever the name stands on a page. */
export function seriesLooks(names: Iterable<string>): SeriesLooks {
  const looks = new Map<string, SeriesLook>();
  for (const name of names) {
    if (looks.has(name)) continue;
    const round = Math.floor(looks.size / SERIES_COLOURS.length);
    looks.set(name, {
      colour: `var(--series-${looks.size % SERIES_COLOURS.length})`,
      ...(round > 0 && { dashes: `${2 + 4 * round} 3` }),
    });
  }
  return looks;
}
