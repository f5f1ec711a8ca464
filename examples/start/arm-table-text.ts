import type { ArmTable, Mean } from './arm-table.js';

const COLUMNS: readonly (readonly [key: string, label: string, digits: number])[] = [
  ['probe/top1', 'linear probe', 1],
  ['knn/top1', 'k-NN', 1],
  ['textToVideo/R@1', 'R@1', 1],
  ['textToVideo/R@10', 'R@10', 1],
  ['contrastive', 'contrastive loss', 2],
  ['reconstruction', 'reconstruction loss', 3],
  ['baseline', 'predict the mean', 3],
];

/** Columns of the table of differences. */
const COMPARED = 4;

/** The table as Markdown: means over seeds with each seed's value, then paired differences with their 95 % intervals. */
export function armTableText({ chanceLoss, rows, differences }: ArmTable): string {
  const columns = COLUMNS.filter(([key]) => rows.some(({ numbers }) => key in numbers));
  const means = table(
    ['arm', 'what it is', 'seeds', ...columns.map(([, label]) => label)],
    rows.map(({ name, note, seeds, numbers }) => [
      name,
      note,
      seeds.join(', '),
      ...columns.map(([key, , digits]) => meanText(numbers[key], digits)),
    ]),
  );
  const compared = columns.slice(0, COMPARED);
  const pairs = table(
    ['difference', 'is worth', 'seeds', ...compared.map(([, label]) => label)],
    differences.map(({ first, second, why, seeds, numbers }) => [
      `${first} - ${second}`,
      why,
      seeds.join(', '),
      ...compared.map(([key, , digits]) => differenceText(numbers[key], digits)),
    ]),
  );
  return [
    `Mean over the seeds (each seed). Losses: mean of the last steps; guessing has a contrastive loss of ${chanceLoss.toFixed(2)}.`,
    means,
    "Differences in points, paired by seed, with the 95 % interval of Student's t.",
    pairs,
  ].join('\n\n');
}

function meanText(mean: Mean | undefined, digits: number): string {
  if (mean === undefined) return '-';
  const each = mean.values.map((value) => value.toFixed(digits)).join(', ');
  return mean.values.length === 1 ? each : `${mean.mean.toFixed(digits)} (${each})`;
}

function differenceText(mean: Mean | undefined, digits: number): string {
  if (mean === undefined) return '-';
  const signed = `${mean.mean < 0 ? '' : '+'}${mean.mean.toFixed(digits)}`;
  return mean.half === undefined ? signed : `${signed} ± ${mean.half.toFixed(digits)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}
