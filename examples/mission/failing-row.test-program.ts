/** The program with a table of two rows, the second of which fails. */
import { runProgram } from '@tgm/cli/program';
import { figure } from './figure.js';
import { mission } from './mission.js';

await runProgram((signal) =>
  mission(
    [
      {
        name: 'sound',
        part: 'baseline',
        runs: 'a count',
        run: async ({ clips }) => figure(`${clips.length} clips`, clips.length > 0, 'some clips'),
      },
      {
        name: 'broken',
        part: 'baseline',
        runs: 'a count',
        run: async ({ clips }) => figure(`${clips.length} clips`, clips.length === 0, 'no clip'),
      },
    ],
    process.argv.slice(2),
    signal,
  ),
);
