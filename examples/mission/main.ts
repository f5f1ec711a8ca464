/**
 * `npm run mission`: every system that a text-guided video masked autoencoder stands on, run at toy size on real files.
 *
 *   npm run mission -- --only masking,MoCo
 *   npm run --silent mission -- --json > mission.jsonl
 *
 * Renders 144 videos as H.264 files into a temporary folder, decodes and scores them, and runs the table of `rows.ts` on them
 * through the packages' public API. Prints a line a row: its name, the part that it plays, what ran, a figure that would be wrong
 * if the part were broken, and seconds. The last line is `N of N`. Ends with code 1 where a row fails.
 */
import { runProgram } from '@tgm/cli/program';
import { mission } from './mission.js';
import { ROWS } from './rows.js';

await runProgram((signal) => mission(ROWS, process.argv.slice(2), signal));
