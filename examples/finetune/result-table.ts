import { meanOf } from '../start/arm-table.js';
import type { Beginning, Tuned } from './tune.js';

/** What one seed came to. */
export interface SeedResult {
  readonly seed: number;
  readonly tuned: Readonly<Record<Beginning, Tuned>>;
}

/** Top-1 of each seed, the mean of the paired differences with its 95 % interval, and the curves. */
export function resultTable(results: readonly SeedResult[]): string {
  const { pretrained, scratch } = {
    pretrained: results.map(({ tuned }) => tuned.pretrained.top1),
    scratch: results.map(({ tuned }) => tuned.scratch.top1),
  };
  const differences = results.map((_, at) => pretrained[at]! - scratch[at]!);
  const { mean, half } = meanOf(differences);
  const row = (name: string, values: readonly (number | string)[]) =>
    `| ${[name, ...values.map((value) => (typeof value === 'number' ? value.toFixed(1) : value))].join(' | ')} |`;
  const curves = results.flatMap(({ seed, tuned }) =>
    (['pretrained', 'scratch'] as const).flatMap((beginning) => {
      const points = tuned[beginning].curve.map(({ step, top1 }) => `${step}: ${top1.toFixed(1)}`);
      return points.length > 0 ? [`seed ${seed}, ${NAMES[beginning]}: ${points.join(', ')}`] : [];
    }),
  );
  return [
    'Top-1 on the test clips, per cent. Chance is 8.3.',
    '',
    row('seed', [NAMES.pretrained, NAMES.scratch, 'difference']),
    row('---', ['---', '---', '---']),
    ...results.map(({ seed }, at) => row(`${seed}`, [pretrained[at]!, scratch[at]!, differences[at]!])),
    row('mean', [meanOf(pretrained).mean, meanOf(scratch).mean, mean]),
    '',
    half === undefined
      ? 'One seed has no interval.'
      : `Pre-trained - from scratch: ${mean.toFixed(1)} ± ${half.toFixed(1)} points (95 % interval of the paired differences, ${results.length} seeds).`,
    ...(curves.length > 0 ? ['', 'By step:', ...curves] : []),
  ].join('\n');
}

const NAMES: Readonly<Record<Beginning, string>> = { pretrained: 'pre-trained', scratch: 'from scratch' };
