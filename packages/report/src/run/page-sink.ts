import { callable, number, objectWith, optional, optionTable, text } from '@tgm/options';
import { ReportError } from '../errors.js';
import { writePage } from '../page/write-page.js';
import type { Report } from '../report.js';
import type { RunEvent } from './run-event.js';
import { runRecord } from './run-record.js';
import { RUN_REPORT_FIELDS, type RunReportOptions, reportOf } from './run-report.js';

export interface PageSinkOptions extends Omit<RunReportOptions, 'running'> {
  /** Of the page, such as `runs/first/report.html`. */
  readonly path: string;
  /** Seconds between two writings; default 10. The page loads itself anew as often, as long as the run goes on. */
  readonly everySeconds?: number;
  /** Events of earlier parts of the run, as `readEvents` of `@tgm/train` gives them: their curves go on. */
  readonly before?: Iterable<RunEvent>;
  /** Adds to each report what only the caller knows, such as clips with their masks. */
  readonly add?: (report: Report) => Report | Promise<Report>;
}

/** Fits `Sink` of `@tgm/train`. */
export interface PageSink {
  write(event: RunEvent): Promise<void>;
  close(): Promise<void>;
}

const OPTIONS = optionTable(
  'pageSink',
  {
    ...RUN_REPORT_FIELDS,
    path: text(),
    everySeconds: optional(number({ from: 0 }), 10),
    before: optional(objectWith<Iterable<RunEvent>>('the events of a run', []), []),
    add: optional(callable<(report: Report) => Report | Promise<Report>>()),
  } satisfies Record<keyof PageSinkOptions, unknown>,
  ReportError,
);

/**
 * A page of a run that is written again while it trains: at its beginning, every few seconds, and at its end. Give it to `follow`
 * of `@tgm/train` with the other sinks.
 *
 * @throws ReportError `OPTION_INVALID`. What it returns rejects with `FILE_FAILED` where the page cannot be written.
 */
export function pageSink(options: PageSinkOptions): PageSink {
  const { path, everySeconds, before, add = (report: Report) => report, ...named } = OPTIONS.check(options);
  const record = runRecord();
  for (const event of before) record.add(event);
  let written = Number.NEGATIVE_INFINITY;
  let [told, ended] = [false, false];
  const write = async (running: boolean) => {
    const report = await add(reportOf(record.soFar(), { ...(named as RunReportOptions), running }));
    await writePage(path, { ...report, ...(running && { refreshSeconds: Math.max(2, everySeconds) }) });
    written = performance.now();
  };
  return {
    async write(event) {
      record.add(event);
      told = true;
      ended = event.type === 'end';
      const due = performance.now() - written >= 1000 * everySeconds;
      if (due || event.type === 'begin' || ended) await write(!ended);
    },
    async close() {
      // A run that broke off: its page stops loading itself.
      if (told && !ended) await write(false);
    },
  };
}
