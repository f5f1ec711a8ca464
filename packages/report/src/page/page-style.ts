import { SERIES_COLOURS } from '../plots/series-colours.js';

/** Colours of a page by their variables. */
export const LIGHT = {
  ...{
    page: '#f6f7f9',
    card: '#ffffff',
    ink: '#1c2330',
    soft: '#5d6675',
    line: '#dfe3e9',
    accent: '#2563b8',
  },
  ...{ gain: '#1a7f45', loss: '#b3382c', warn: '#fff4d6', 'warn-ink': '#6b4e00' },
};
export const DARK: typeof LIGHT = {
  ...{
    page: '#14171c',
    card: '#1d2128',
    ink: '#e4e7ec',
    soft: '#9aa4b2',
    line: '#343a44',
    accent: '#7db0f5',
  },
  ...{ gain: '#6fce96', loss: '#f08c80', warn: '#3a3012', 'warn-ink': '#f0d78a' },
};

const variables = (colours: typeof LIGHT, scheme: 'light' | 'dark'): string =>
  [
    ...Object.entries(colours).map(([name, colour]) => `--${name}: ${colour};`),
    ...SERIES_COLOURS.map((colour, number) => `--series-${number}: ${colour[scheme]};`),
  ].join(' ');

/**
 * The page's style sheet: system fonts, one column of cards, light or dark as the reader's system is. On paper it is always light, tables
 * are whole, and what carries meaning by its colour is printed in it.
 */
export const PAGE_STYLE = `
:root { color-scheme: light; ${variables(LIGHT, 'light')} }
@media screen and (prefers-color-scheme: dark) { :root { color-scheme: dark; ${variables(DARK, 'dark')} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 27px; line-height: 1.25; margin: 0 0 6px; }
h2 { font-size: 19px; margin: 0 0 14px; }
h3 { font-size: 16px; margin: 0; overflow-wrap: anywhere; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 20px; margin: 18px 0; }
.lead { font-size: 16px; margin: 0 0 10px; max-width: 80ch; }
.meta { color: var(--soft); margin: 0; overflow-wrap: anywhere; }
code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--card);
  border: 1px solid var(--line); border-radius: 5px; padding: 1px 6px; overflow-wrap: anywhere; }
a { color: var(--accent); }
.warnings { background: var(--warn); color: var(--warn-ink); border-color: transparent; }
.warnings ul { margin: 0; padding-left: 20px; }
.note, .id, small { color: var(--soft); font-size: 13px; }
.note { margin: 10px 0 0; max-width: 100ch; }
.id { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; container-type: inline-size; }
table { border-collapse: collapse; }
th { text-align: left; font-weight: 500; }
.facts { width: 100%; }
.facts th, .facts td { padding: 4px 14px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top;
  overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.facts th { color: var(--soft); min-width: 9em; width: 26%; }
.facts tr:last-child > * { border-bottom: 0; }
.facts .facts th { width: 40%; min-width: 7em; }
.stages td { white-space: nowrap; width: 1%; }
.stages .bar { width: auto; vertical-align: middle; padding-right: 0; }
.bar span { display: block; height: 9px; min-width: 2px; border-radius: 3px; background: var(--accent); }
.scores { min-width: 100%; font-variant-numeric: tabular-nums; }
.scores th, .scores td { padding: 8px 9px; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
.scores thead th { color: var(--soft); font-size: 13px; vertical-align: bottom; white-space: normal; }
.scores tbody th { white-space: normal; min-width: 11em; }
.scores tbody th small { display: block; }
.scores th:first-child { text-align: left; padding-left: 0; }
.scores tbody tr:last-child > * { border-bottom: 0; }
.scores td small { display: inline-block; min-width: 3.1em; }
@container (max-width: 950px) { .scores td small { display: block; } .scores th, .scores td { padding: 6px 5px; } }
.scores .none { color: var(--soft); }
.gain { color: var(--gain); } .loss { color: var(--loss); }
.swatch { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 7px; vertical-align: -1px; }
figure { margin: 0; min-width: 0; }
.columns { display: grid; gap: 26px; grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr)); }
.columns section { margin: 0; }
.plot figcaption { font-weight: 600; margin-bottom: 4px; }
svg { display: block; width: 100%; height: auto; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 6px 0 0; padding: 0; font-size: 13px; }
.clip { padding: 18px 0; border-top: 1px solid var(--line); }
.clip:first-of-type { border-top: 0; padding-top: 0; }
.columns + .clip { border-top: 1px solid var(--line); padding-top: 18px; margin-top: 18px; }
.strips { display: grid; gap: 16px 28px; margin-top: 12px; align-items: start;
  grid-template-columns: repeat(auto-fill, minmax(min(440px, 100%), 1fr)); }
.strips.wide { grid-template-columns: 1fr; }
.mask { display: grid; gap: 8px; min-width: 0; }
.strip figcaption { font-size: 13px; color: var(--soft); margin-bottom: 4px; }
.strip figcaption b { color: var(--ink); margin-right: 6px; }
.strip image { image-rendering: pixelated; }
.faded { filter: grayscale(1); }
.box { fill: none; stroke: #ff3b30; stroke-width: 2px; vector-effect: non-scaling-stroke; }
.ramp { white-space: nowrap; margin-left: 8px; }
.ramp i { display: inline-block; width: 90px; height: 9px; border-radius: 2px; vertical-align: 0; }
@media print {
  @page { margin: 14mm; }
  body { background: none; font-size: 11px; }
  main { max-width: none; padding: 0; }
  section { border-color: #bbb; padding: 12px; margin: 10px 0; }
  h1 { font-size: 20px; } h2 { font-size: 15px; break-after: avoid; } h3 { font-size: 13px; break-after: avoid; }
  .lead { font-size: 12px; }
  .note, .id, small, .legend, .strip figcaption, .scores thead th, code { font-size: 9.5px; }
  .plot svg text { font-size: 15px; }
  figure, tr, .mask, .warnings { break-inside: avoid; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; container-type: normal; }
  .scores th, .scores td { padding: 3px 5px; }
  .columns { grid-template-columns: 1fr 1fr; gap: 14px; }
  .strips { grid-template-columns: 1fr 1fr; gap: 10px 16px; } .strips.wide { grid-template-columns: 1fr; }
  .swatch, .bar span, .ramp i, .warnings { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
