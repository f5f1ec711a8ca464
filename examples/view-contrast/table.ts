import { ProgramError } from '../program/errors.js';
import type { Difference } from './difference.js';
import type { Measured } from './measure.js';
import type { Trained } from './train.js';

export interface Row {
  readonly name: string;
  readonly note: string;
  readonly measured: Measured;
  /** Of the probe, to the untrained encoder. */
  readonly difference: Difference;
  readonly losses: Pick<Trained, 'begin' | 'end' | 'baseline'>;
  /** Of all steps, decoding included. */
  readonly seconds: number;
}

/** What methods are compared with. */
export interface References {
  readonly pixels: Measured;
  readonly untrained: Measured;
}

const HEADS = ['method', 'what it is', 'probe', 'above untrained', 'k-NN', 'loss (baseline)', 'seconds'];

/** Percentages of named objects in unseen clips, as a Markdown table. */
export function tableText({ pixels, untrained }: References, rows: readonly Row[]): string {
  const cells = [
    HEADS,
    [
      'pixels',
      '4 x 8 x 8 mean colours, no model',
      pixels.probe.toFixed(1),
      '',
      pixels.knn.toFixed(1),
      '',
      '',
    ],
    [
      'untrained',
      'the encoder as it is drawn',
      untrained.probe.toFixed(1),
      '',
      untrained.knn.toFixed(1),
      '',
      '',
    ],
    ...rows.map(({ name, note, measured, difference, losses, seconds }) => [
      name,
      note,
      measured.probe.toFixed(1),
      differenceText(difference),
      measured.knn.toFixed(1),
      `${losses.begin.toFixed(2)} to ${losses.end.toFixed(2)} (${losses.baseline.toFixed(2)})`,
      seconds.toFixed(0),
    ]),
  ];
  const widths = HEADS.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n');
}

export const differenceText = ({ points, from, to }: Difference): string =>
  `${signed(points)} (${signed(from)} to ${signed(to)})`;

const signed = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(1)}`;

/** @throws ProgramError `NOT_LEARNED` where a method is not above its untrained encoder by the whole interval. */
export function requireLearned(rows: readonly Row[]): void {
  const not = rows.filter(({ difference }) => !(difference.from > 0));
  if (not.length === 0) return;
  throw new ProgramError('NOT_LEARNED', {
    where: 'npm run contrast',
    expected: 'each probe above that of the untrained encoder, with its interval',
    received: not.map(({ name, difference }) => `${name} ${differenceText(difference)}`).join(', '),
  });
}
