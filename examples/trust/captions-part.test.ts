import { expect, it } from 'vitest';
import { GRID } from '../moving-shapes/clip-shape.js';
import { captionsPart } from './captions-part.js';
import type { KnownClip } from './known-clips.js';
import type { TrustRow, TrustWork } from './part.js';

const TOKENS = GRID.slices * GRID.rows * GRID.columns;

it('says nothing of a smaller shape that shows in no clip', async () => {
  const scores = { own: new Float32Array(TOKENS) };
  const of = { ...scores, scene: scores.own, pair: scores.own, second: scores.own };
  const clip = {
    ...{ id: 'alone', grid: GRID, sameColour: false, coverage: new Float32Array(TOKENS).fill(1) },
    secondCoverage: new Float32Array(TOKENS),
    scores: { value: of, 'value-residual': of, raw: of },
  } as unknown as KnownClip;
  const rows: TrustRow[] = [];
  const work: Partial<TrustWork> = {
    known: async () => [clip],
    tell: (row) => void rows.push(row),
    signal: new AbortController().signal,
  };
  const { tables } = await captionsPart.measure(work as TrustWork);
  expect(rows[0]).toMatchObject({ object: { clips: 1 } });
  for (const row of rows) expect(row).not.toHaveProperty('second');
  expect(JSON.stringify(rows)).not.toContain('null'); // what JSON makes of NaN
  for (const { cells } of tables[0]!.rows) expect(cells.slice(2)).toEqual([undefined, undefined]);
  expect(tables[0]!.notes).toEqual([
    'Clips: 1; the smaller shape shows in 0, in 0 with another colour than the object.',
  ]);
});
