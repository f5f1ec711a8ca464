import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clipSection, UNNORMALISED } from './clip-section.js';
import { factTable, skippedSection, stageTable } from './fact-section.js';
import { html, Markup } from './markup.js';
import { durationText } from './number-text.js';
import { PAGE_STYLE } from './page-style.js';
import { plot } from './plot.js';
import type { ReportData } from './report-data.js';
import { scoreSection } from './score-section.js';
import { studySection } from './study-section.js';
import { textTableSection } from './text-table-section.js';

/**
 * Writes `report.html` into `folder`, made where it is missing, and gives its path. The page needs nothing else:
 * no scripts, no other files, no network. The file appears whole or not at all.
 */
export async function writeReport(folder: string, report: ReportData): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'report.html');
  await writeFile(`${path}.part`, reportPage(report));
  await rename(`${path}.part`, path);
  return path;
}

/** The page as text; it is well-formed XML too. */
export function reportPage(report: ReportData): string {
  const { warnings = [], tables = [], plots = [], studies = [], clips = [], skipped = [] } = report;
  const charts = plots.map(plot).filter((chart) => chart !== undefined);
  const page = html`<html lang="en"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/><meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"/><title>${report.title}</title><style>${new Markup(PAGE_STYLE)}</style></head><body><main>
<header><h1>${report.title}</h1>
${report.summary === undefined ? undefined : html`<p class="lead">${report.summary}</p>`}
<p class="meta">${report.started} · ${durationText(report.seconds)} · <code>${report.command}</code></p></header>
${warnings.length === 0 ? undefined : html`<section class="warnings"><ul>${warnings.map((warning) => html`<li>${warning}</li>`)}</ul></section>`}
${report.scores === undefined ? undefined : scoreSection(report.scores)}
${tables.map(textTableSection)}
${charts.length === 0 ? undefined : html`<section><h2>Training</h2><div class="columns">${charts}</div></section>`}
${studies.map((study, at) => studySection(study, clips.length + studies.slice(0, at).reduce((sum, { clips }) => sum + clips.length, 0)))}
${
  clips.length === 0
    ? undefined
    : html`<section><h2>Clips</h2>
${clips.map((clip, at) => clipSection(clip, at))}
${clips.some(({ reconstructions = [] }) => reconstructions.length > 0) ? html`<p class="note">${UNNORMALISED}</p>` : undefined}</section>`
}
<div class="columns"><section><h2>Data</h2>${factTable(report.facts)}</section>
<section><h2>Time</h2>${stageTable(report.stages)}</section></div>
<section><h2>Settings</h2>${factTable(report.settings)}</section>
${skipped.length === 0 ? undefined : skippedSection(skipped)}
</main></body></html>`;
  return `<!doctype html>\n${page.text}\n`;
}
