/**
 * `npm run bench -- <figure> …`: measures against peers, and prints one JSON line for each figure and case.
 *
 *   npm run bench -- step step-limit step-memory step-start engines
 *   npm run bench -- step --case "vit-s tube 0.9 batch 2" --rounds 7 --peer-python ~/venv/bin/python
 */
import { parseArgs } from 'node:util';
import { benchStep, STEP_FIGURES, type StepFigure } from './step/bench.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'peer-python': { type: 'string', default: 'python3' },
    case: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '7' },
    threads: { type: 'string' },
  },
});

const isFigure = (name: string): name is StepFigure => (STEP_FIGURES as readonly string[]).includes(name);
const unknown = positionals.filter((name) => !isFigure(name));
const figures = positionals.filter(isFigure);
if (unknown.length > 0 || figures.length === 0) {
  console.error(
    `npm run bench -- <figure> …; figures: ${STEP_FIGURES.join(', ')}${unknown.length > 0 ? `; unknown: ${unknown.join(', ')}` : ''}`,
  );
  process.exit(1);
}

const figuresMade = benchStep({
  figures,
  cases: values.case ?? [],
  rounds: Number(values.rounds),
  python: values['peer-python'],
  ...(values.threads ? { threads: Number(values.threads) } : {}),
});
for await (const line of figuresMade) console.log(JSON.stringify(line));
