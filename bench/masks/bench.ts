import { execFileSync } from 'node:child_process';
import { type Figure, figure } from '../figure.js';
import { CLIPS } from './batch.js';
import { measuredStrategies } from './strategies.js';

/** Milliseconds that the masks of a batch may take. Flow has no bar: it is followed pixel by pixel. */
const LIMIT = 2;

export interface MasksBenchOptions {
  /** Parts of names; all strategies when empty. */
  readonly cases: readonly string[];
  readonly rounds: number;
}

/**
 * Masks of 64 clips, drawn, checked and listed, with the generator of each: the median over many batches. A batch is short, so that
 * other work on the machine shows in some of them only.
 */
export function* benchMasks({ cases, rounds }: MasksBenchOptions): Generator<Figure> {
  for (const { name, strategy } of measuredStrategies()) {
    if (cases.length > 0 && !cases.some((part) => name.includes(part))) continue;
    const program = ['--import', 'tsx', `${import.meta.dirname}/ours.ts`, name, `${rounds}`];
    const { milliseconds } = JSON.parse(execFileSync(process.execPath, program, { encoding: 'utf8' }));
    const followsFlow = (strategy.requires as readonly string[]).includes('flow');
    yield figure(
      {
        figure: 'masks',
        case: name,
        ours: milliseconds,
        peer: LIMIT,
        peerName: `limit for ${CLIPS} clips of 8 x 14 x 14`,
        unit: 'ms',
        bar: followsFlow ? null : 1,
      },
      'less',
    );
  }
}
