import * as Plot from '@observablehq/plot';
import { html, Markup, readableText } from '../page/markup.js';
import { numberText } from '../page/number-text.js';
import type { CurvePlot, CurvePoint, CurveSeries } from '../report.js';
import { closingMean, smoothed, thinned } from './curve-points.js';
import { drawSvg } from './draw-svg.js';
import type { SeriesLooks } from './series-colours.js';

/** Of the drawing, in its own pixels; the page scales it. */
const SIZE = { width: 560, height: 280, marginLeft: 60, marginRight: 14, marginTop: 14, marginBottom: 40 };
/** A line of fewer points shows each as a dot. */
const DOTTED = 40;

interface Line {
  readonly series: CurveSeries;
  readonly raw: readonly CurvePoint[];
  readonly main: readonly CurvePoint[];
}

/** A line chart as SVG with its legend, or nothing where no point is finite. */
export function plot(chart: CurvePlot, looks: SeriesLooks): Markup | undefined {
  const lines = chart.series
    .map((series) => ({ series, raw: series.points.filter(({ value }) => Number.isFinite(value)) }))
    .filter(({ raw }) => raw.length > 0)
    .map(({ series, raw }): Line => ({ series, raw, main: chart.smooth ? smoothed(raw) : raw }));
  if (lines.length === 0) return undefined;
  const references = (chart.references ?? []).filter(({ value }) => Number.isFinite(value));
  const svg = drawSvg({
    ...SIZE,
    x: { domain: [0, Math.max(1, ...lines.map(({ raw }) => raw.at(-1)!.step))] },
    // Outliers of the raw line end at the frame.
    y: {
      domain: valueRange(
        lines,
        references.map(({ value }) => value),
      ),
      clamp: true,
      label: null,
    },
    marks: [
      Plot.gridY({ ticks: 5, strokeOpacity: 1, stroke: 'var(--line)' }),
      Plot.axisY({ ticks: 5, tickSize: 0, fill: 'var(--soft)', fontSize: 12, tickFormat: numberText }),
      Plot.axisX({
        ...{ ticks: 6, tickSize: 0, fill: 'var(--soft)', fontSize: 12 },
        tickFormat: (step: number) => (Number.isInteger(step) ? numberText(step) : ''),
        ...{ label: 'step', labelAnchor: 'center', labelArrow: 'none' },
      }),
      ...(chart.smooth ? lines.map(({ series, raw }) => lineMark(raw, series, looks, 'raw')) : []),
      ...references.map(({ value }) =>
        Plot.ruleY([value], { stroke: 'var(--ink)', strokeOpacity: 0.7, strokeDasharray: '5 4' }),
      ),
      ...lines.map(({ series, main }) => lineMark(main, series, looks, 'main')),
      ...lines
        .filter(({ main }) => main.length < DOTTED)
        .map(({ series, main }) =>
          Plot.dot(main, { x: 'step', y: 'value', r: 2.6, fill: looks.get(series.name)!.colour }),
        ),
      ...references.map(({ label, value }) =>
        Plot.text([value], {
          ...{ y: (level: number) => level, frameAnchor: 'right', textAnchor: 'end', dy: -8, fontSize: 12 },
          text: () => readableText(`${label} (${numberText(value)})`),
          ...{ fill: 'var(--ink)', stroke: 'var(--card)', strokeWidth: 4 },
        }),
      ),
    ],
  });
  return html`<figure class="plot"><figcaption>${chart.title}</figcaption>
<svg role="img" aria-label="${chart.title} over training steps"${new Markup(svg)}
<ul class="legend">${lines.map(({ series, raw }) => legendEntry(series, looks, chart.smooth ? closingMean(raw) : raw.at(-1)!.value))}</ul>
${chart.note === undefined ? undefined : html`<p class="note">${chart.note}</p>`}</figure>`;
}

function lineMark(
  points: readonly CurvePoint[],
  { name }: CurveSeries,
  looks: SeriesLooks,
  kind: 'raw' | 'main',
): Plot.Markish {
  const { colour, dashes } = looks.get(name)!;
  return Plot.lineY(thinned(points), {
    ...{ x: 'step', y: 'value', stroke: colour },
    ...(kind === 'raw' ? { strokeWidth: 1, strokeOpacity: 0.28 } : { strokeWidth: 2.2 }),
    ...(dashes !== undefined && kind === 'main' && { strokeDasharray: dashes }),
  });
}

function legendEntry({ name }: CurveSeries, looks: SeriesLooks, last: number): Markup {
  return html`<li>${swatch(name, looks)}${name} <b>${numberText(last)}</b></li>`;
}

/** A patch of the colour that a series has, or nothing where no chart shows it. */
export function swatch(name: string, looks: SeriesLooks): Markup | undefined {
  const look = looks.get(name);
  return look && html`<span class="swatch" style="background:${look.colour}"></span>`;
}

/** Room for the smoothed lines, the references and all of the raw ones but their rarest outliers. */
function valueRange(lines: readonly Line[], references: readonly number[]): [number, number] {
  const needed = [...references, ...lines.flatMap(({ main }) => thinned(main).map(({ value }) => value))];
  for (const { raw } of lines) {
    const sorted = raw.map(({ value }) => value).sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
    needed.push(at(0.01), at(0.99));
  }
  const low = Math.min(...needed);
  const high = Math.max(...needed);
  const room = high > low ? 0.06 * (high - low) : Math.max(1e-6, Math.abs(high) * 0.1);
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + 1.5 * room];
}
