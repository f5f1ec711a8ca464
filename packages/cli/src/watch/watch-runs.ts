import { resolve } from 'node:path';
import { findRuns } from './find-runs.js';
import { listPage, runAddress } from './list-page.js';
import { runPages } from './run-page.js';
import { type Serving, serveLoopback } from './serve-loopback.js';
import { type WatchOptions, watchTable } from './watch-section.js';

/**
 * Serves the pages of runs to this machine: `/` lists them, or is the page of the only one. A page is the one that the run writes,
 * or is made of its events. What is asked for is looked up among the runs that are there; no path is made of it.
 *
 * @throws CliError `OPTION_INVALID`; `INPUT_INVALID` for a folder that cannot be read; `PORT_TAKEN`.
 */
export async function watchRuns(options: WatchOptions): Promise<Serving> {
  const { run, port } = watchTable.check(options);
  const folder = resolve(run);
  await findRuns(folder);
  const pageOf = runPages();
  return serveLoopback(port, async (path) => {
    const runs = await findRuns(folder);
    const asked =
      path === '/' && runs.length === 1 ? runs[0] : runs.find((found) => runAddress(found) === path);
    if (asked) return pageOf(asked);
    return path === '/' ? listPage(folder, runs) : undefined;
  });
}
