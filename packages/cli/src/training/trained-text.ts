import { join } from 'node:path';
import { RUN_FILES } from './run-folder.js';
import type { TrainedRun } from './run-training.js';

/** Where a run stands, in lines for people. */
export function trainedText(run: TrainedRun): string {
  const { output, step, steps, checkpoint } = run;
  const rows = [
    ['steps', `${step} of ${steps}${termsText(run)}`],
    ['run', output],
    ['model', checkpoint ?? 'none'],
    ['page', join(output, RUN_FILES.page)],
  ];
  return rows.map(([name, told]) => `${name!.padEnd(7)} ${told}`).join('\n');
}

/** `: reconstruction 0.641 of 0.507`, a term and what it is for a model that knows nothing. */
function termsText({ terms, figures }: TrainedRun): string {
  const told = Object.entries(terms).map(([name, value]) => {
    const baseline = figures[`${name} baseline`];
    return `${name} ${short(value)}${baseline === undefined ? '' : ` of ${short(baseline)}`}`;
  });
  return told.length === 0 ? '' : `: ${told.join(', ')}`;
}

const short = (value: number): string => String(Number(value.toPrecision(3)));
