import { plot } from '../plots/plot.js';
import type { SeriesLooks } from '../plots/series-colours.js';
import type { Study } from '../report.js';
import { clipSection, UNNORMALISED } from './clip-section.js';
import { html, type Markup } from './markup.js';
import { textTable } from './text-table-section.js';

/** A question of its own: its chart beside its table, and the clips that show it. `firstClip` is the number of the first. */
export function studySection(study: Study, firstClip: number, looks: SeriesLooks): Markup {
  return html`<section><h2>${study.title}</h2>
<p>${study.lead}</p>
<div class="columns">${plot(study.plot, looks)}<div>${textTable(study.table)}</div></div>
${study.clips.map((clip, at) => clipSection(clip, firstClip + at))}
<p class="note">${UNNORMALISED}</p></section>`;
}
