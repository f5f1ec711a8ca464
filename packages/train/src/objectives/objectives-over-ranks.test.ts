import { cpuEngine, type Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ranksInOneProcess } from '../collective/in-one-process.test-support.js';
import {
  apart,
  CASES,
  consecutive,
  norm,
  numbersOf,
  shareOfRank,
  taken,
} from './objective-cases.test-support.js';

/** Figures that are fitted to the clips of a part: what a part knows of itself is less where it is small. */
const OF_PARTS: Readonly<Record<string, readonly string[]>> = {
  'hidden words of captions': ['captionTokens baseline'],
  'features of hidden and of visible tokens': ['features baseline', 'visibleFeatures baseline'],
  'a codebook of tokens': ['reconstruction baseline'],
};

// Parts are compared on each engine by `accumulation.test.ts`.
describe('a step over ranks', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await cpuEngine();
  });
  afterAll(() => engine.dispose());

  it.each(CASES)('has the gradient of one process: $name', async (each) => {
    const whole = await taken(engine, each, consecutive([8]), { steps: 2 });
    const [first, second] = [numbersOf(whole.first), numbersOf(whole.gradient)];
    expect(norm(first)).toBeGreaterThan(1e-2);
    for (const [ranks, batches] of [
      [2, 2],
      [4, 1],
    ] as const) {
      const all = await Promise.all(
        ranksInOneProcess(ranks).map((collective) =>
          taken(engine, each, shareOfRank(collective, batches), { collective, steps: 2 }),
        ),
      );
      for (const { first: sum, gradient, last, params } of all) {
        expect(apart(first, numbersOf(sum)), `${ranks} ranks, ${batches} batches`).toBeLessThan(1e-5);
        // Of a second step: what the first one left in buffers, such as a queue, is the same.
        expect(apart(second, numbersOf(gradient)), `${ranks} ranks, ${batches} batches`).toBeLessThan(1e-4);
        expect(last.total).toBeCloseTo(whole.last.total, 5);
        expect(Object.keys(last.figures).sort()).toEqual(Object.keys(whole.last.figures).sort());
        for (const [name, figure] of Object.entries(whole.last.figures))
          if (!OF_PARTS[each.name]?.includes(name)) expect(last.figures[name], name).toBeCloseTo(figure, 4);
        // Every rank has the same parameters, to the last bit.
        expect(params).toEqual(all[0]!.params);
      }
    }
  });
});
