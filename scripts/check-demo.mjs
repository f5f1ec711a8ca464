// Runs `npm start` on its defaults, as a new user would, and holds what it must show against its log.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Points of linear-probe accuracy that each run must add to the untrained encoder; 9.8 was the least of nine seen on seeds
 * 0, 1 and 2. Which run is the best is no check: they do not differ by more than chance.
 */
const GAIN = 6;
/**
 * The error of reconstruction alone on unseen clips, as a share of that of predicting the mean: no more than this. After a quarter of
 * the steps it was 0.34.
 */
const ERROR_SHARE = 0.5;
const RUNS = ['random', 'text', 'contrast'];

const out = mkdtempSync(join(tmpdir(), 'tgm-demo-'));
const started = performance.now();
const { status } = spawnSync('npm', ['start', '--', '--out', out], {
  cwd: resolve(import.meta.dirname, '..'),
  stdio: 'inherit',
});
const minutes = (performance.now() - started) / 60_000;
const run = join(out, readdirSync(out)[0]);
const rows = readFileSync(join(run, 'log.jsonl'), 'utf8').trim().split('\n').map(JSON.parse);
const probe = Object.fromEntries(rows.at(-1).scores.rows.map((row) => [row.name, row.numbers['probe/top1']]));
const untrained = probe.untrained;
const { trained, mean } = rows.at(-1).errors;
const failures = [
  [status === 0, `npm start ended with ${status}`],
  [existsSync(join(run, 'report.html')), 'no report.html'],
  [
    trained.to <= ERROR_SHARE * mean.value,
    `reconstruction alone: an error of ${trained.value} against ${mean.value} of the mean`,
  ],
  ...RUNS.map((name) => [
    probe[name] >= untrained + GAIN,
    `${name}: a probe of ${probe[name]} against ${untrained} untrained`,
  ]),
]
  .filter(([holds]) => !holds)
  .map(([, what]) => what);
rmSync(out, { recursive: true });
console.log(`npm start took ${minutes.toFixed(1)} minutes (a figure, not a check)`);
for (const failure of failures) console.error(`check-demo: ${failure}`);
process.exit(failures.length === 0 ? 0 : 1);
