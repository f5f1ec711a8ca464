import type { ScoreTable } from '@tgm/report';

/** The score table as lines of text. */
export function consoleTable({ columns, rows }: ScoreTable): string {
  const cells = [
    ['', ...columns.map((column) => column.label)],
    ...rows.map((row) => [row.name, ...columns.map(({ key }) => row.numbers[key]?.toFixed(1) ?? '-')]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  '),
    )
    .join('\n');
}
