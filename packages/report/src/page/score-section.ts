import { swatch } from '../plots/plot.js';
import type { SeriesLooks } from '../plots/series-colours.js';
import type { ScoreColumn, ScoreTable } from '../report.js';
import { html, type Markup } from './markup.js';

/** The table of measured numbers: the best of each column in bold, with the distance to the row compared with. */
export function scoreSection(table: ScoreTable, looks: SeriesLooks): Markup {
  const columns = table.columns.filter(({ key }) => table.rows.some((row) => row.numbers[key] !== undefined));
  const compared = table.rows.find(({ name }) => name === table.compareWith);
  const best = new Map(columns.map((column) => [column.key, bestOf(table, column)]));
  const columnsCompared = new Set(Object.keys(compared?.numbers ?? {}));
  const cell = (row: ScoreTable['rows'][number], { key, better }: ScoreColumn) => {
    const value = row.numbers[key];
    if (value === undefined || !Number.isFinite(value)) return html`<td class="none">–</td>`;
    const text = value.toFixed(1);
    const base = compared?.numbers[key];
    const shown = text === best.get(key) ? html`<b>${text}</b>` : text;
    if (base === undefined || row === compared || !Number.isFinite(base))
      return html`<td>${shown}${columnsCompared.has(key) ? html` <small></small>` : undefined}</td>`;
    const gain = value - base;
    const improved = better === 'higher' ? gain >= 0 : gain <= 0;
    const sign = gain < 0 ? '−' : '+';
    return html`<td>${shown} <small class="${improved ? 'gain' : 'loss'}">${sign}${Math.abs(gain).toFixed(1)}</small></td>`;
  };
  return html`<section><h2>What the features are worth</h2>
<div class="scroll"><table class="scores">
<thead><tr><th></th>${columns.map(({ label }) => html`<th scope="col">${label}</th>`)}</tr></thead>
<tbody>${table.rows.map(
    (
      row,
    ) => html`<tr><th scope="row">${swatch(row.name, looks)}${row.name}${row.note === undefined ? undefined : html` <small>${row.note}</small>`}</th>${columns.map((column) => cell(row, column))}</tr>
`,
  )}</tbody></table></div>
<p class="note">Bold: best of the column.${compared === undefined ? undefined : ` Small numbers: difference to “${compared.name}”.`}</p>
${table.expected === undefined ? undefined : html`<p class="note"><b>To expect:</b> ${table.expected}</p>`}
${table.notes?.map((note) => html`<p class="note">${note}</p>`)}</section>`;
}

/** As it is printed, so that equal numbers are both bold. */
function bestOf({ rows }: ScoreTable, { key, better }: ScoreColumn): string | undefined {
  const values = rows.map((row) => row.numbers[key]).filter((x) => x !== undefined && Number.isFinite(x));
  if (values.length === 0) return undefined;
  return (
    better === 'higher' ? Math.max(...(values as number[])) : Math.min(...(values as number[]))
  ).toFixed(1);
}
