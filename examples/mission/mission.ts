import { readCommandLine, say, warn } from '@tgm/cli/program';
import { flag, optional, text } from '@tgm/options';
import { ProgramError } from '../program/errors.js';
import { resultLines } from './result-text.js';
import { PARTS, type Row } from './row.js';
import { runRows } from './run-rows.js';
import { makeWorld } from './world.js';

const PROGRAM = 'npm run mission';

const USAGE = `${PROGRAM}

  --only <a,a,…>  parts or names of rows; default all
                  parts: ${PARTS.join(',')}
  --json          prints a line of JSON for each row, and nothing else
  --help`;

/**
 * Runs a table of rows as the arguments say, and prints them.
 *
 * @throws ProgramError `FIGURE_WRONG` at the end where a row failed; `USAGE`, `OPTION_INVALID`.
 */
export async function mission(
  table: readonly Row[],
  args: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const options = readCommandLine(
    {
      program: PROGRAM,
      fields: { only: optional(text()), json: optional(flag(), false) },
    },
    args,
  );
  if (options === undefined) return say(USAGE);
  const rows = chosenRows(table, options.only);
  const tell = options.json ? warn : say;
  const lines = resultLines(rows);
  const begun = performance.now();
  const world = await makeWorld(signal);
  let right = 0;
  try {
    tell(
      `${world.clips.length + world.testClips.length} videos made, decoded and scored in ${secondsSince(begun)} s\n`,
    );
    tell(lines.head);
    for await (const result of runRows(rows, world)) {
      if (options.json) say(JSON.stringify(result));
      tell(lines.line(result));
      if (result.error === undefined) right += 1;
    }
  } finally {
    await world.close();
  }
  tell(`\nin ${secondsSince(begun)} s\n${right} of ${rows.length}`);
  if (right < rows.length) {
    throw new ProgramError('FIGURE_WRONG', {
      where: PROGRAM,
      expected: 'figures of all rows',
      received: `${rows.length - right} failed`,
    });
  }
}

const secondsSince = (begun: number): string => ((performance.now() - begun) / 1000).toFixed(0);

function chosenRows(table: readonly Row[], only: string | undefined): readonly Row[] {
  if (only === undefined) return table;
  const wanted = only.split(',');
  const unknown = wanted.filter((each) => !table.some(({ name, part }) => each === name || each === part));
  if (unknown.length === 0) {
    return table.filter(({ name, part }) => wanted.includes(name) || wanted.includes(part));
  }
  throw new ProgramError('OPTION_INVALID', {
    where: `${PROGRAM}, option only`,
    expected: 'parts or names of rows',
    received: unknown.join(','),
    advice: '--help lists the parts, the README the names.',
  });
}
