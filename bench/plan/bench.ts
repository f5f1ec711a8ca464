import { plan } from '@tgm/cli';
import { Contestant } from '../contestant.js';
import { type Figure, rounded } from '../figure.js';
import { PLAN_CASES } from './cases.js';

export interface PlanBenchOptions {
  /** Names of cases; all when empty. */
  readonly cases: readonly string[];
  readonly threads?: number;
}

/** The share that a plan may be off either way. */
const OFF = 0.15;

/** The memory that a plan tells of a step, and the most that the first such step took. */
export async function* benchPlanMemory({ cases, threads }: PlanBenchOptions): AsyncGenerator<Figure> {
  for (const { name, settings } of PLAN_CASES) {
    if (cases.length > 0 && !cases.includes(name)) continue;
    const program = new Contestant(process.execPath, [
      '--import',
      'tsx',
      `${import.meta.dirname}/ours.ts`,
      name,
      ...(threads === undefined ? [] : [String(threads)]),
    ]);
    const measured = await program.hear();
    program.end();
    const planned = plan({ settings }).memory.total;
    const ratio = measured ? planned / measured.bytes! : null;
    yield {
      figure: 'plan-memory',
      case: name,
      ours: rounded(planned),
      peer: measured ? rounded(measured.bytes!) : null,
      peerName: 'measured',
      unit: 'bytes',
      ratio: ratio && rounded(ratio),
      bar: 1 - OFF,
      ok: ratio === null ? null : Math.abs(ratio - 1) <= OFF,
    };
  }
}
