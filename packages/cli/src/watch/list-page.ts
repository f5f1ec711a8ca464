import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { page, type TextRow } from '@tgm/report';
import { RUN_FILES } from '../training/run-folder.js';
import type { FoundRun } from './find-runs.js';
import { REFRESH_SECONDS } from './run-page.js';
import { runStanding } from './run-standing.js';

/** Where the page of a run is served. */
export const runAddress = ({ name }: FoundRun): string =>
  `/run/${name.split('/').map(encodeURIComponent).join('/')}`;

/** A page that lists runs, those that were heard of last at the top. */
export async function listPage(folder: string, runs: readonly FoundRun[], now = Date.now()): Promise<string> {
  const told = await Promise.all(runs.map(async (run) => ({ run, ...(await standingOf(run, now)) })));
  const rows = told
    .sort((one, other) => other.lastWord.getTime() - one.lastWord.getTime())
    .map(({ run, steps, state, lastWord }): TextRow => {
      const ago = ageText((now - lastWord.getTime()) / 1000);
      return { name: run.name || '.', link: runAddress(run), cells: [steps, state, ago] };
    });
  return page({
    title: `Runs in ${folder}`,
    refreshSeconds: REFRESH_SECONDS,
    ...(rows.length === 0 && {
      summary: `There is none yet: no ${RUN_FILES.events} and no ${RUN_FILES.page}.`,
    }),
    ...(rows.length > 0 && {
      tables: [{ title: 'Runs', columns: ['', 'step', 'state', 'last word'], rows }],
    }),
  });
}

async function standingOf(run: FoundRun, now: number) {
  if (!run.hasLog) {
    const { mtime } = await stat(join(run.folder, RUN_FILES.page));
    return { steps: undefined, state: 'a report', lastWord: mtime };
  }
  const { step, steps, ended, lastWord, goesOn } = await runStanding(run, now);
  return {
    steps: steps === undefined ? undefined : `${step} of ${steps}`,
    state: ended ?? (goesOn ? 'goes on' : 'has not told its end'),
    lastWord,
  };
}

/** `90 s ago`, `30 min ago`, `5 h ago`, `12 days ago`: in the largest unit of which there are two at least. */
function ageText(seconds: number): string {
  const units = [
    [86_400, 'days'],
    [3600, 'h'],
    [60, 'min'],
  ] as const;
  const [unit, name] = units.find(([size]) => seconds >= 2 * size) ?? [1, 's'];
  return `${Math.max(0, Math.floor(seconds / unit))} ${name} ago`;
}
