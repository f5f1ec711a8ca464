import { showValue } from '@tgm/options';
import { ReportError } from '../errors.js';
import type { TextRow, TextTable } from '../report.js';
import { html, type Markup } from './markup.js';

/** A table whose cells are written as they come, under its title. */
export function textTableSection({ title, ...table }: TextTable): Markup {
  return html`<section><h2>${title}</h2>
${textTable(table)}</section>`;
}

/** The table alone, with what stands above and beneath it. */
export function textTable({ lead, columns, rows, notes }: Omit<TextTable, 'title'>): Markup {
  return html`${lead === undefined ? undefined : html`<p>${lead}</p>`}
<div class="scroll"><table class="scores">
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({ name, link, note, cells }) =>
      html`<tr><th scope="row">${linked(name, link)}${note === undefined ? undefined : html` <small>${note}</small>`}</th>${cells.map((cell) => (cell === undefined ? html`<td class="none">–</td>` : html`<td>${cell}</td>`))}</tr>
`,
  )}</tbody></table></div>
${notes?.map((note) => html`<p class="note">${note}</p>`)}`;
}

/** @throws ReportError `OPTION_INVALID` for an address that is no page, such as `javascript:…`. */
function linked(name: string, link: TextRow['link']): string | Markup {
  if (link === undefined) return name;
  if (!URL.canParse(link, 'http://page') || !/^https?:$/.test(new URL(link, 'http://page').protocol)) {
    throw new ReportError('OPTION_INVALID', {
      where: `page, table, row ${showValue(name)}, link`,
      expected: 'an address of http or https, or one relative to the page',
      received: showValue(link),
    });
  }
  return html`<a href="${link}">${name}</a>`;
}
