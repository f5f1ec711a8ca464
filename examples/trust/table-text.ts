import type { TextTable } from '@tgm/report';

/** A table as Markdown. */
export function tableText({ title, columns, rows, notes = [] }: TextTable): string {
  const cells = [
    columns,
    ...rows.map(({ name, note, cells }) => [
      note === undefined ? name : `${name} (${note})`,
      ...cells.map((cell) => cell ?? '-'),
    ]),
  ];
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const table = [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n');
  return [title, '', table, ...notes.flatMap((note) => ['', note])].join('\n');
}
