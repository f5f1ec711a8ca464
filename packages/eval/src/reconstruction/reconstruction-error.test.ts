import * as tf from '@tensorflow/tfjs';
import { frameTokens, UNIT_PIXELS, videoMae } from '@tgm/models';
import { seededRandom } from '@tgm/random';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import { reconstructionError, reconstructionEvaluator } from './reconstruction-error.js';

const engine = await cpuEngine();
const model = videoMae({
  numFrames: 2,
  imageSize: 8,
  patchSize: 4,
  tubeletSize: 2,
  hiddenSize: 8,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  intermediateSize: 8,
  decoderHiddenSize: 8,
  decoderNumHiddenLayers: 1,
  decoderNumAttentionHeads: 2,
  decoderIntermediateSize: 8,
  layerNormEps: 1e-6,
  decoderNormEps: 1e-6,
});
const random = seededRandom('reconstruction');
const params = model.init(random);
const clips = Array.from({ length: 5 }, () => Uint8Array.from({ length: 384 }, () => 256 * random()));
const masks = clips.map((_, clip) => {
  const visible = [clip % 4];
  return { visible, masked: [0, 1, 2, 3].filter((token) => token !== visible[0]) };
});
const parts = { engine, model, clips, masks, batchSize: 2 };

/** Errors of one clip by loops, from what the model says of it alone. */
async function byHand(clip: number, target: 'normalised' | 'pixels') {
  const { visible, masked } = masks[clip]!;
  const tokens = tf.tensor3d(frameTokens(clips[clip]!, model.config, visible, model.pixels), [1, 1, 96]);
  const [at, hidden] = [tf.tensor2d([visible], [1, 1], 'int32'), tf.tensor2d([masked], [1, 3], 'int32')];
  const said = await model.decode(params, model.encode(params, tokens, at), at, hidden).data();
  const pixels = frameTokens(clips[clip]!, model.config, masked, UNIT_PIXELS);
  const seen = frameTokens(clips[clip]!, model.config, visible, UNIT_PIXELS);
  let [error, baseline] = [0, 0];
  for (let token = 0; token < 3; token++) {
    for (let channel = 0; channel < 3; channel++) {
      const own = Array.from({ length: 32 }, (_, i) => token * 96 + i * 3 + channel);
      const mean = own.reduce((sum, i) => sum + pixels[i]!, 0) / 32;
      const deviation = Math.sqrt(own.reduce((sum, i) => sum + (pixels[i]! - mean) ** 2, 0) / 31) + 1e-6;
      const colour =
        Array.from({ length: 32 }, (_, i) => seen[i * 3 + channel]!).reduce((a, b) => a + b, 0) / 32;
      for (const i of own) {
        const right = target === 'pixels' ? pixels[i]! : (pixels[i]! - mean) / deviation;
        error += (said[i]! - right) ** 2 / 288;
        baseline += ((target === 'pixels' ? colour : 0) - right) ** 2 / 288;
      }
    }
  }
  return { error, baseline };
}

describe('reconstructionError', () => {
  it.each(['normalised', 'pixels'] as const)('equals loops over tokens, %s', async (target) => {
    const { error, baseline, outcome } = await reconstructionError({ ...parts, params, target });
    const expected = await Promise.all(clips.map((_, clip) => byHand(clip, target)));
    for (const [clip, own] of expected.entries()) {
      expect(outcome.figures.error!.values[clip]).toBeCloseTo(own.error, 5);
      expect(outcome.figures.baseline!.values[clip]).toBeCloseTo(own.baseline, 5);
    }
    expect(error).toBeCloseTo(expected.reduce((sum, own) => sum + own.error, 0) / 5, 5);
    expect(baseline).toBeCloseTo(expected.reduce((sum, own) => sum + own.baseline, 0) / 5, 5);
  });

  it('of VideoMAE begins at 31 / 32: unbiased deviations of 32 numbers', async () => {
    expect((await reconstructionError({ ...parts, params })).baseline).toBeCloseTo(31 / 32, 3);
  });

  it('is an evaluator that leaves no tensor', async () => {
    const evaluator = reconstructionEvaluator(parts);
    const first = await evaluator.evaluate(params);
    const before = tf.memory().numTensors;
    expect(await evaluator.evaluate(params)).toEqual(first);
    expect(tf.memory().numTensors).toBe(before);
    expect(Object.keys(first)).toEqual(['error', 'baseline', 'gain']);
    expect(first.gain).toBeCloseTo(first.baseline! - first.error!, 10);
  });

  it('refuses masks that do not fit', () => {
    const codeOf = (change: object) => {
      try {
        reconstructionEvaluator({ ...parts, ...change });
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'none';
    };
    expect(codeOf({})).toBe('none');
    expect(codeOf({ masks: masks.slice(1) })).toBe('SHAPE_MISMATCH');
    expect(codeOf({ masks: [{ visible: [0, 1], masked: [2, 3] }, ...masks.slice(1)] })).toBe(
      'SHAPE_MISMATCH',
    );
    expect(codeOf({ masks: masks.map(() => 1) })).toBe('OPTION_INVALID');
    expect(codeOf({ masks: masks.map(() => ({ visible: 1, masked: [1, 2, 3] })) })).toBe('OPTION_INVALID');
    for (const masked of [
      [0, 2, 3],
      [1, 2, 4],
      [1, 1, 2],
      [1, 2, -1],
      [1, 2, 2.5],
    ])
      expect(codeOf({ masks: [...masks.slice(1), { visible: [0], masked }] })).toBe('OPTION_INVALID');
    expect(codeOf({ target: 'patches' })).toBe('OPTION_INVALID');
    expect(codeOf({ masks: masks.map(() => ({ visible: [0], masked: [] })) })).toBe('TOO_FEW_EXAMPLES');
  });
});
