import { flag, optional, optionTable, text } from '@tgm/options';
import { ReportError } from '../errors.js';
import { durationText, numberText } from '../page/number-text.js';
import { closingMean } from '../plots/curve-points.js';
import type { CurvePlot, CurvePoint, FactTable, Report, TextRow, TextTable } from '../report.js';
import type { RunEvent } from './run-event.js';
import { type NamedCurves, type RunSoFar, runRecord } from './run-record.js';

export interface RunReportOptions {
  readonly title: string;
  /** The command that began the run. */
  readonly command?: string;
  /** Whether more is to come, where the events do not tell an end. Default false. */
  readonly running?: boolean;
}

/** Those that a sink takes too. */
export const RUN_REPORT_FIELDS = { title: text(), command: optional(text()) };
const OPTIONS = optionTable(
  'runReport',
  { ...RUN_REPORT_FIELDS, running: optional(flag(), false) } satisfies Record<
    keyof RunReportOptions,
    unknown
  >,
  ReportError,
);

/**
 * A run as a report: where it stands, its losses beside what a model that knows nothing has, its evaluations, its configuration.
 *
 * @param events of `@tgm/train`, as `readEvents` gives them; of a run that was taken up again, those of all its parts.
 * @throws ReportError `OPTION_INVALID`.
 */
export function runReport(events: Iterable<RunEvent>, options: RunReportOptions): Report {
  const checked = OPTIONS.check(options);
  const record = runRecord();
  for (const event of events) record.add(event);
  return reportOf(record.soFar(), checked);
}

export function reportOf(run: RunSoFar, { title, command, running = false }: RunReportOptions): Report {
  const evaluations = [...run.evaluations].map(
    ([name, curves]): CurvePlot => ({
      title: name,
      series: seriesOf(curves, (parameters) =>
        parameters === 'current' ? 'current' : `${parameters} of the parameters`,
      ),
      smooth: false,
    }),
  );
  return {
    title,
    summary: standingText(run, running),
    ...(command !== undefined && { command }),
    warnings: warningsOf(run),
    tables: [standingTable(run)],
    plots: [
      ...[...run.terms].map((term): CurvePlot => termPlot(term, run.figures)),
      ...evaluations,
      ...[...run.figures]
        .filter(([name]) => !isBaseline(name, run.terms))
        .map(([name, points]): CurvePlot => ({ title: name, series: [{ name, points }], smooth: true })),
      ...[...run.run].map(
        ([name, points]): CurvePlot => ({
          ...{ title: name, series: [{ name, points }] },
          smooth: name !== 'learning rate',
        }),
      ),
    ],
    settings: run.description as FactTable,
  };
}

const BASELINE = ' baseline';

const isBaseline = (figure: string, terms: NamedCurves): boolean =>
  figure.endsWith(BASELINE) && terms.has(figure.slice(0, -BASELINE.length));

/** A term with the level of its baseline, as it was of late. */
function termPlot([term, points]: readonly [string, readonly CurvePoint[]], figures: NamedCurves): CurvePlot {
  const baseline = figures.get(`${term}${BASELINE}`);
  return {
    title: `Loss: ${term}`,
    series: [{ name: term, points }],
    ...(baseline && { references: [{ label: 'knows nothing', value: closingMean(baseline) }] }),
    smooth: true,
  };
}

const seriesOf = (curves: NamedCurves, nameOf: (name: string) => string) =>
  [...curves].map(([name, points]) => ({ name: nameOf(name), points }));

function standingText(run: RunSoFar, running: boolean): string {
  const { step, steps, ended, failed } = run;
  const share = steps > 0 ? `, ${Math.floor((100 * step) / steps)} %` : '';
  const done = `step ${numberText(step)} of ${numberText(steps)}${share}`;
  if (failed !== undefined) return `The run has failed: ${done}. ${failed}`;
  if (ended !== undefined) return `The run has ended (${ended}): ${done}.`;
  if (!running) return `The run has not told its end: ${done}.`;
  const left = paceOf(run);
  return `The run goes on: ${done}${left === undefined ? '' : `, about ${durationText(left * (steps - step))} to go`}.`;
}

/** Seconds of a step, of late. */
const paceOf = ({ lately }: RunSoFar): number | undefined =>
  lately.length > 0 ? lately.reduce((sum, seconds) => sum + seconds, 0) / lately.length : undefined;

function warningsOf({ notFinite, replaced, notices }: RunSoFar): string[] {
  return [
    ...(notFinite === undefined ? [] : [`The loss is not finite since step ${numberText(notFinite)}.`]),
    ...(replaced > 0 ? [`${numberText(replaced)} samples could not be read; others took their places.`] : []),
    ...notices,
  ];
}

/** The last value of everything. */
function standingTable(run: RunSoFar): TextTable {
  const rows: (TextRow | undefined)[] = [
    ...[...run.terms, ...run.figures].map(([name, points]) => ({
      name,
      cells: [numberText(closingMean(points))],
    })),
    ...[...run.evaluations].flatMap(([name, curves]) =>
      [...curves].map(([parameters, points]) => ({
        name,
        ...(parameters !== 'current' && { note: parameters }),
        cells: [numberText(points.at(-1)?.value ?? Number.NaN)],
      })),
    ),
    ...[...run.run].map(([name, points]) => ({
      name,
      cells: [numberText(points.at(-1)?.value ?? Number.NaN)],
    })),
    run.checkpoint === undefined ? undefined : { name: 'last checkpoint', cells: [run.checkpoint] },
  ];
  return {
    title: 'Where it stands',
    columns: ['', 'last'],
    rows: rows.filter((row) => row !== undefined),
    notes: ['Losses and figures are means over the last 4 % of the steps.'],
  };
}
