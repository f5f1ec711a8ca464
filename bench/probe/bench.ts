import { execFileSync } from 'node:child_process';
import { type Figure, figure, median } from '../figure.js';
import { PROBE_CASES, SIZE } from './cases.js';

export interface ProbeBenchOptions {
  /** Parts of names; all probes when empty. */
  readonly cases: readonly string[];
  /** Times that each probe is measured. */
  readonly rounds: number;
  readonly threads?: number;
}

/**
 * Probes of two thousand clips of the demo's size, in seconds. Of attentive heads a share of the steps is measured and
 * multiplied; the case says which.
 */
export function* benchProbe({ cases, rounds, threads }: ProbeBenchOptions): Generator<Figure> {
  for (const { name, limit } of PROBE_CASES) {
    if (cases.length > 0 && !cases.some((part) => name.includes(part))) continue;
    const measured = Array.from({ length: rounds }, () => run(name, threads));
    const share = measured[0]!.share;
    const told = share < 1 ? `, from ${Number((100 * share).toPrecision(2))} % of the steps` : '';
    yield figure(
      {
        figure: 'probe',
        case: `${name}${told}`,
        ours: median(measured.map(({ seconds }) => seconds)),
        peer: limit,
        peerName: limit === null ? 'none' : `limit for ${SIZE.clips} clips`,
        unit: 's',
        bar: limit === null ? null : 1,
      },
      'less',
    );
  }
}

function run(
  name: string,
  threads: number | undefined,
): { readonly seconds: number; readonly share: number } {
  const program = ['--import', 'tsx', `${import.meta.dirname}/ours.ts`, name];
  if (threads !== undefined) program.push(`${threads}`);
  return JSON.parse(execFileSync(process.execPath, program, { encoding: 'utf8' }));
}
