import { closingMean, type Point, smoothed, thinned, ticks } from './curve-points.js';
import { html, type Markup } from './markup.js';
import { numberText } from './number-text.js';
import type { CurvePlot, CurveSeries } from './report-data.js';

const WIDTH = 560;
const HEIGHT = 280;
const MARGIN = { left: 52, right: 12, top: 14, bottom: 40 };

/** A line chart as SVG with its legend, or nothing where no point is finite. */
export function plot(chart: CurvePlot): Markup | undefined {
  const lines = chart.series
    .map((series) => ({ series, raw: series.points.filter(({ value }) => Number.isFinite(value)) }))
    .filter(({ raw }) => raw.length > 0)
    .map(({ series, raw }) => ({ series, raw, main: chart.smooth ? smoothed(raw) : raw }));
  if (lines.length === 0) return undefined;

  const lastStep = Math.max(1, ...lines.map(({ raw }) => raw.at(-1)!.step));
  const [low, high] = valueRange(lines, chart.references?.map(({ value }) => value) ?? []);
  const x = (step: number) => tenth(MARGIN.left + (step / lastStep) * (WIDTH - MARGIN.left - MARGIN.right));
  const y = (value: number) =>
    tenth(HEIGHT - MARGIN.bottom - ((value - low) / (high - low)) * (HEIGHT - MARGIN.top - MARGIN.bottom));
  const path = (points: readonly Point[]) =>
    points
      .map(({ step, value }, i) => {
        const inside = Math.min(high, Math.max(low, value)); // outliers of the raw line end at the frame
        return `${i === 0 ? 'M' : 'L'}${x(step)} ${y(inside)}`;
      })
      .join('');

  return html`<figure class="plot"><figcaption>${chart.title}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${chart.title} over training steps">
${ticks(low, high, 5).map(
  (value) =>
    html`<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(value)}" y2="${y(value)}"/><text class="tick" x="${MARGIN.left - 7}" y="${y(value) + 4}" text-anchor="end">${numberText(value)}</text>`,
)}
${ticks(0, lastStep, 6).map(
  (step) =>
    html`<text class="tick" x="${x(step)}" y="${HEIGHT - MARGIN.bottom + 18}" text-anchor="${step > 0.95 * lastStep ? 'end' : 'middle'}">${numberText(step)}</text>`,
)}
<text class="tick" x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${HEIGHT - 4}" text-anchor="middle">step</text>
${chart.smooth ? lines.map(({ series, raw }) => html`<path class="raw" stroke="${series.colour}" d="${path(thinned(raw))}"/>`) : []}
${chart.references?.map(
  ({ label, value }) =>
    html`<line class="reference" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(value)}" y2="${y(value)}"/><text class="reference-label" x="${WIDTH - MARGIN.right - 4}" y="${y(value) - 5}" text-anchor="end">${label} (${numberText(value)})</text>`,
)}
${lines.map(({ series, main }) => html`<path class="line" stroke="${series.colour}" d="${path(thinned(main))}"/>`)}
</svg>
<ul class="legend">${lines.map(({ series, raw }) => legendEntry(series, chart.smooth ? closingMean(raw) : raw.at(-1)!.value))}</ul>
${chart.note === undefined ? undefined : html`<p class="note">${chart.note}</p>`}</figure>`;
}

/** Finer than a pixel on most screens. */
const tenth = (pixels: number) => Math.round(pixels * 10) / 10;

function legendEntry(series: CurveSeries, last: number): Markup {
  return html`<li><span class="swatch" style="background:${series.colour}"></span>${series.name} <b>${numberText(last)}</b></li>`;
}

/** Room for the smoothed lines, the references and all of the raw ones but their rarest outliers. */
function valueRange(
  lines: readonly { raw: readonly Point[]; main: readonly Point[] }[],
  references: readonly number[],
): [number, number] {
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
