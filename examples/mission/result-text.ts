import type { Row } from './row.js';
import type { RowResult } from './run-rows.js';

const COLUMNS = ['name', 'part', 'runs'] as const;
/** Figures are not known before the rows have run. */
const FIGURE_WIDTH = 64;
const INDENT = ' '.repeat(4);

/** Lines of the console for rows: one a row, whose columns stand below each other. */
export function resultLines(rows: readonly Row[]): {
  readonly head: string;
  readonly line: (result: RowResult) => string;
} {
  const widths = COLUMNS.map((column) => Math.max(column.length, ...rows.map((row) => row[column].length)));
  const lineOf = (cells: readonly string[]): string =>
    cells.map((cell, at) => cell.padEnd(widths[at] ?? FIGURE_WIDTH)).join('  ');
  return {
    head: `${lineOf(['name', 'part', 'what ran', 'figure'])}  seconds`,
    line({ figure, error, reading, seconds, ...row }) {
      const cells = [...COLUMNS.map((column) => row[column]), figure ?? 'FAILED'];
      const lines = [`${lineOf(cells)}  ${seconds.toFixed(1)}`];
      if (reading !== undefined) lines.push(`${INDENT}a reading: ${reading}`);
      if (error !== undefined) lines.push(...error.split('\n').map((line) => INDENT + line));
      return lines.join('\n');
    },
  };
}
