import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { page, runReport } from '@tgm/report';
import { readEvents } from '@tgm/train';
import { RUN_FILES } from '../training/run-folder.js';
import type { FoundRun } from './find-runs.js';
import { runStanding } from './run-standing.js';

/** Seconds after which a page that is made here loads itself anew. */
export const REFRESH_SECONDS = 10;

/** Gives the pages of runs, each made again when its log has grown. */
export function runPages(): (run: FoundRun) => Promise<string> {
  const made = new Map<string, { readonly key: string; readonly text: string }>();
  return async (run) => {
    const { goesOn, ended } = run.hasLog ? await runStanding(run) : { goesOn: false, ended: 'no log' };
    // The page that a run writes may show more than its log does. That of a run which broke off says that it goes on.
    if (run.hasPage && (goesOn || ended !== undefined))
      return readFile(join(run.folder, RUN_FILES.page), 'utf8');
    const log = join(run.folder, RUN_FILES.events);
    const { size, mtimeMs } = await stat(log);
    const key = `${size} ${mtimeMs} ${goesOn}`;
    const before = made.get(run.folder);
    if (before?.key === key) return before.text;
    const report = runReport(await readEvents(log), {
      title: run.name || basename(run.folder),
      running: goesOn,
    });
    const text = page({ ...report, ...(ended === undefined && { refreshSeconds: REFRESH_SECONDS }) });
    made.set(run.folder, { key, text });
    return text;
  };
}
