import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { expect, it } from 'vitest';
import type { TrustRow, TrustWork } from './part.js';
import { storePart } from './store-part.js';

it('masks by stored scores are near those of scoring each clip', { timeout: 600_000 }, async () => {
  const data = await mkdtemp(join(tmpdir(), 'tgm-trust-store-'));
  const engine = await onnxEngine({ threads: 1 });
  const rows: TrustRow[] = [];
  const { signal } = new AbortController();
  try {
    const work: Partial<TrustWork> = { data, seed: 4, clips: 16, workers: 2, engine, signal };
    const { tables } = await storePart.measure({
      ...work,
      tell: (row: TrustRow) => void rows.push(row),
    } as TrustWork);
    expect(tables[0]!.rows.map(({ name, cells }) => [name, cells.length])).toEqual([
      ['square', 5],
      ['4:3', 5],
    ]);
  } finally {
    await engine.dispose();
    await rm(data, { recursive: true });
  }
  const overlap = (aspect: string, name: string): number =>
    (rows.find((row) => row.aspect === aspect && row.name === name)!.overlap as { mean: number }).mean;
  for (const aspect of ['square', '4:3']) {
    // Two random masks have 0.43 in common.
    expect(overlap(aspect, 'by default')).toBeGreaterThan(0.82);
    expect(overlap(aspect, 'places corrected')).toBeGreaterThan(overlap(aspect, 'as found'));
  }
});
