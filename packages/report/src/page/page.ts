import { listOf, number, objectWith, optional, optionTable, passing, text } from '@tgm/options';
import type { ClipReport } from '../clip-report.js';
import { ReportError } from '../errors.js';
import { plot } from '../plots/plot.js';
import { seriesLooks } from '../plots/series-colours.js';
import type {
  CurvePlot,
  FactTable,
  Report,
  ScoreTable,
  SkippedFile,
  Stage,
  Study,
  TextTable,
} from '../report.js';
import { clipSection, UNNORMALISED } from './clip-section.js';
import { factTable, skippedSection, stageTable } from './fact-section.js';
import { html, type Insertion, Markup } from './markup.js';
import { durationText } from './number-text.js';
import { PAGE_STYLE } from './page-style.js';
import { scoreSection } from './score-section.js';
import { studySection } from './study-section.js';
import { textTableSection } from './text-table-section.js';

const facts = () => objectWith<FactTable>('a record of facts', []);
const anyText = () => passing('a text', (value): value is string => typeof value === 'string');

/** The parts of a report. Each section looks at its own. */
const PARTS = optionTable(
  'page',
  {
    title: text(),
    summary: optional(anyText()),
    started: optional(anyText()),
    seconds: optional(number({ from: 0 })),
    command: optional(anyText()),
    warnings: optional(listOf(anyText()), []),
    scores: optional(objectWith<ScoreTable>('a table of scores', ['columns', 'rows'])),
    tables: optional(listOf(objectWith<TextTable>('a table', ['title', 'columns', 'rows'])), []),
    plots: optional(listOf(objectWith<CurvePlot>('a plot', ['title', 'series'])), []),
    studies: optional(listOf(objectWith<Study>('a study', ['title', 'plot', 'table', 'clips'])), []),
    clips: optional(listOf(objectWith<ClipReport>('a clip', ['id', 'frames', 'grid'])), []),
    facts: optional(facts(), {}),
    stages: optional(listOf(objectWith<Stage>('a stage', ['name', 'seconds'])), []),
    settings: optional(facts(), {}),
    skipped: optional(listOf(objectWith<SkippedFile>('a skipped file', ['file', 'reason'])), []),
    refreshSeconds: optional(number({ from: 1 })),
  } satisfies Record<keyof Report, unknown>,
  ReportError,
);

/**
 * A report as one HTML page, which needs nothing else: no scripts, no other files, no network. It is light or dark as its reader's
 * system is, and prints on white. It is well-formed XML too.
 *
 * @throws ReportError `OPTION_INVALID`, and `SHAPE_MISMATCH` where an array of a clip does not have its stated shape.
 */
export function page(report: Report): string {
  const parts = PARTS.check(report);
  const { scores, tables, plots, studies, clips, stages, skipped } = parts;
  const looks = seriesLooks(
    [...plots, ...studies.map((study) => study.plot)].flatMap(({ series }) => series.map(({ name }) => name)),
  );
  const charts = plots.map((chart) => plot(chart, looks)).filter((chart) => chart !== undefined);
  let clipNumber = clips.length;
  const studySections = studies.map((study) => {
    const section = studySection(study, clipNumber, looks);
    clipNumber += study.clips.length;
    return section;
  });
  const reconstructed = clips.some(({ reconstructions = [] }) => reconstructions.length > 0);
  const whole = html`<html lang="en"><head>${head(parts)}</head><body><main>
<header><h1>${parts.title}</h1>
${parts.summary && html`<p class="lead">${parts.summary}</p>`}
${metaLine(parts)}</header>
${when(parts.warnings, (all) => html`<section class="warnings"><ul>${all.map((warning) => html`<li>${warning}</li>`)}</ul></section>`)}
${scores && scoreSection(scores, looks)}
${tables.map(textTableSection)}
${when(charts, (all) => section('Training', html`<div class="columns">${all}</div>`))}
${studySections}
${when(clips, (all) => section('Clips', [all.map(clipSection), reconstructed ? html`<p class="note">${UNNORMALISED}</p>` : undefined]))}
<div class="columns">${when(Object.keys(parts.facts), () => section('Data', factTable(parts.facts)))}
${when(stages, (all) => section('Time', stageTable(all)))}</div>
${when(Object.keys(parts.settings), () => section('Settings', factTable(parts.settings)))}
${when(skipped, skippedSection)}
</main></body></html>`;
  return `<!doctype html>\n${whole.text}\n`;
}

type Parts = ReturnType<typeof PARTS.check>;

/** The policy lets nothing in from elsewhere, whatever texts a report holds. */
const head = ({ title, refreshSeconds }: Parts): Markup =>
  html`<meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/><meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"/>${refreshSeconds && html`<meta http-equiv="refresh" content="${refreshSeconds}"/>`}<title>${title}</title><style>${new Markup(PAGE_STYLE)}</style>`;

function metaLine({ started, seconds, command }: Parts): Markup | undefined {
  const told: Insertion[] = [
    started,
    seconds === undefined ? undefined : durationText(seconds),
    command && html`<code>${command}</code>`,
  ].filter((one) => one !== undefined);
  if (told.length === 0) return undefined;
  return html`<p class="meta">${told.map((one, at) => [at > 0 ? ' · ' : undefined, one])}</p>`;
}

const section = (heading: string, content: Insertion): Markup =>
  html`<section><h2>${heading}</h2>
${content}</section>`;

/** What is made of a list, or nothing of an empty one. */
const when = <T>(list: readonly T[], make: (list: readonly T[]) => Insertion): Insertion =>
  list.length > 0 ? make(list) : undefined;
