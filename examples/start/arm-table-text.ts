import type { ArmTable, Mean } from './arm-table.js';

type Column = readonly [key: string, label: string, digits: number];

/** What a representation is worth, and the losses at the end of the training. */
const SCORES: readonly Column[] = [
  ['probe/top1', 'linear probe', 1],
  ['knn/top1', 'k-NN', 1],
  ['textToVideo/R@1', 'R@1', 1],
  ['textToVideo/R@10', 'R@10', 1],
  ['contrastive', 'contrastive loss', 2],
  ['reconstruction', 'reconstruction loss', 3],
  ['baseline', 'predict the mean', 3],
];

/** What the masks do: no training of an arm decides it. */
const MASKS: readonly Column[] = [
  ['leak/bits', 'leak, bits', 2],
  ['object/seen', 'object seen by contrast, %', 1],
  ['object/hidden', 'object hidden, %', 1],
  ['object/reconstructed', 'object reconstructed, %', 1],
];

/** Columns of the table of differences. */
const COMPARED = SCORES.slice(0, 4);

/** The tables as Markdown: means over seeds with each seed's value, then paired differences with their 95 % intervals. */
export function armTableText({ chanceLoss, rows, differences, detectable }: ArmTable): string {
  const shown = (columns: readonly Column[]) =>
    columns.filter(([key]) => rows.some(({ numbers }) => key in numbers));
  const means = (columns: readonly Column[]) =>
    table(
      ['arm', 'what it is', 'seeds', ...columns.map(([, label]) => label)],
      rows
        .filter(({ numbers }) => columns.some(([key]) => key in numbers))
        .map(({ name, note, seeds, numbers }) => [
          name,
          note,
          seeds.join(', '),
          ...columns.map(([key, , digits]) => meanText(numbers[key], digits)),
        ]),
    );
  const compared = shown(COMPARED);
  const pairs = table(
    ['difference', 'is worth', 'seeds', ...compared.map(([, label]) => label)],
    differences.map(({ first, second, why, seeds, numbers }) => [
      `${first} - ${second}`,
      why,
      seeds.join(', '),
      ...compared.map(([key, , digits]) => differenceText(numbers[key], digits)),
    ]),
  );
  const found = compared.flatMap(([key, label, digits]) =>
    key in detectable ? [`${label} ${detectable[key]!.toFixed(digits)}`] : [],
  );
  const masks = shown(MASKS);
  return [
    ...(masks.length > 0
      ? [
          'What the masks do. Leak: bits of the caption that contrast reads on held-out clips whose every pixel is grey, in batches of 64; 0 is guessing. Object: share of the tokens that the named object covers.',
          means(masks),
        ]
      : []),
    `What was learned. Mean over the seeds (each seed). Losses: mean of the last steps; guessing has a contrastive loss of ${chanceLoss.toFixed(2)}.`,
    means(shown(SCORES)),
    "Differences in points, paired by seed, with the 95 % interval of Student's t.",
    pairs,
    found.length > 0
      ? `What so many seeds can show: a difference of these many points leaves 0 out of its interval in four of five tries: ${found.join(', ')}.`
      : 'One seed shows no difference: it has no interval.',
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
