import { seededRandom, uniformIndex } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { boxCoverage } from './box-coverage.js';
import { saliencyEvaluator } from './saliency-evaluator.js';
import { saliencyScores } from './saliency-scores.js';

const size = { height: 4, width: 6, patchSize: 2, tubeletSize: 2 };

describe('boxCoverage', () => {
  it('gives the share of each token within a box, over the frames of the token', () => {
    // Four frames of 2 x 3 tokens. The box of 3 x 2 pixels covers a token and half of the next, in the first frame only.
    const box = { x: 0, y: 0, width: 3, height: 2 };
    const corner = { x: 5.5, y: 3.5, width: 10, height: 10 }; // a quarter of a pixel lies in the frame
    const { values, count, width } = boxCoverage({ ...size, boxes: [[[box], [], [corner], [corner]]] });
    expect([count, width]).toEqual([1, 12]);
    expect([...values]).toEqual([0.5, 0.25, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.0625]);
  });

  it('counts every pixel once, as marking pixels does', () => {
    const random = seededRandom('boxes');
    const draw = () => {
      const [x, y] = [uniformIndex(8, random) - 2, uniformIndex(6, random) - 2];
      return { x, y, width: uniformIndex(6, random), height: uniformIndex(5, random) };
    };
    const boxes = Array.from({ length: 20 }, (_, clip) =>
      Array.from({ length: 2 }, () => Array.from({ length: clip % 5 }, draw)),
    );
    const { values } = boxCoverage({ ...size, boxes });
    for (const [clip, frames] of boxes.entries()) {
      const marked = new Float64Array(6);
      for (const frame of frames) {
        for (let pixel = 0; pixel < 24; pixel++) {
          const [x, y] = [(pixel % 6) + 0.5, Math.floor(pixel / 6) + 0.5];
          const inside = frame.some(
            (box) => box.x < x && x < box.x + box.width && box.y < y && y < box.y + box.height,
          );
          if (inside) marked[Math.floor(y / 2) * 3 + Math.floor(x / 2)]! += 1 / 8;
        }
      }
      for (const [token, share] of marked.entries()) expect(values[clip * 6 + token]).toBeCloseTo(share, 6);
    }
  });

  it('refuses wrong input by code', () => {
    const codeOf = (change: object) => {
      try {
        boxCoverage({ ...size, boxes: [[[], []]], ...change });
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'none';
    };
    expect(codeOf({})).toBe('none');
    expect(codeOf({ boxes: [] })).toBe('TOO_FEW_EXAMPLES');
    expect(codeOf({ boxes: [[[]]] })).toBe('SHAPE_MISMATCH');
    expect(codeOf({ boxes: [[[], []], [[]]] })).toBe('SHAPE_MISMATCH');
    expect(codeOf({ width: 5 })).toBe('SHAPE_MISMATCH');
    expect(codeOf({ boxes: [[[{ x: 0, y: 0, width: -1, height: 1 }], []]] })).toBe('OPTION_INVALID');
    expect(codeOf({ boxes: [[[{ x: 0, y: 0, width: 1 }], []]] })).toBe('OPTION_INVALID');
    expect(codeOf({ boxes: [[[null], []]] })).toBe('OPTION_INVALID');
    expect(codeOf({ boxes: [[[{ x: 0, y: 0, width: 1, height: Number.NaN }], []]] })).toBe('OPTION_INVALID');
    expect(codeOf({ boxes: [{}] })).toBe('OPTION_INVALID');
  });
});

it('saliencyEvaluator asks for the saliency of the parameters at hand', async () => {
  const inside = boxCoverage({
    ...size,
    boxes: [[[{ x: 0, y: 0, width: 2, height: 2 }], [{ x: 0, y: 0, width: 2, height: 2 }]]],
  });
  const saliency = (first: number) => ({ values: Float32Array.of(first, 1, 2, 0, 0, 0), count: 1, width: 6 });
  const seen: unknown[] = [];
  const evaluator = saliencyEvaluator({
    inside,
    saliency: async (params) => {
      seen.push(params);
      return saliency(3);
    },
  });
  const params = {};
  const { pointing, auc, energy, chance } = saliencyScores({ saliency: saliency(3), inside });
  expect(await evaluator.evaluate(params)).toEqual({ pointing, auc, energy, chance });
  expect([pointing, auc, energy]).toEqual([100, 100, 50]);
  expect(seen[0]).toBe(params);
});
