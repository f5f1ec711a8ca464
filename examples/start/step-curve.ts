import type { CurveSeries } from '@tgm/report';
import type { LogRow } from './run-folder.js';

/** How a term of a run went, by the rows of the log. */
export const stepCurve = (
  rows: readonly LogRow[],
  { name }: { readonly name: string },
  term: string,
): CurveSeries => ({
  name,
  points: rows
    .filter((row) => row.arm === name)
    .map((row) => ({ step: row.step as number, value: (row.terms as Record<string, number>)[term]! })),
});
