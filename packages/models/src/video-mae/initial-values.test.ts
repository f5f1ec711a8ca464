import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { beforeAll, describe, expect, it } from 'vitest';
import { TINY_VIDEO_MAE } from '../testing/tiny-video-mae.js';
import { videoMae } from './video-mae.js';

beforeAll(() => cpuEngine());

describe('initial values', () => {
  it('are those of the reference', async () => {
    const model = videoMae({
      ...TINY_VIDEO_MAE,
      hiddenSize: 96,
      intermediateSize: 384,
      decoderHiddenSize: 64,
    });
    const params = model.init(seededRandom('init'));
    const statistics = async (name: string) => {
      const values = Array.from(await params[name]!.data());
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      return {
        largest,
        std: Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length),
      };
    };
    const layer = 'videomae.encoder.layer.0';
    // Xavier: bound sqrt(6 / (in + out)), deviation bound / sqrt(3); query counts the outputs of all three.
    for (const [name, inputs, outputs] of [
      [`${layer}.attention.attention.query.weight`, 96, 288],
      [`${layer}.attention.output.dense.weight`, 96, 96],
      [`${layer}.intermediate.dense.weight`, 96, 384],
    ] as const) {
      const bound = Math.sqrt(6 / (inputs + outputs));
      const { largest, std } = await statistics(name);
      expect(largest).toBeLessThanOrEqual(bound);
      expect(largest).toBeGreaterThan(0.98 * bound);
      expect(std / (bound / Math.sqrt(3))).toBeCloseTo(1, 1);
    }
    const projection = await statistics('videomae.embeddings.patch_embeddings.projection.weight');
    expect(projection.largest).toBeLessThanOrEqual(1 / Math.sqrt(24));
    // A normal cut at one deviation has the deviation 0.5396.
    const mask = await statistics('mask_token');
    expect(mask.largest).toBeLessThanOrEqual(0.02);
    expect(mask.std / (0.02 * 0.5396)).toBeGreaterThan(0.75);
    expect(mask.std / (0.02 * 0.5396)).toBeLessThan(1.25);
    expect(await statistics(`${layer}.attention.attention.q_bias`)).toEqual({ largest: 0, std: 0 });
    expect(await statistics('decoder.norm.weight')).toEqual({ largest: 1, std: 1 });
    const again = model.init(seededRandom('init'));
    expect(await again.mask_token!.data()).toEqual(await params.mask_token!.data());
    tf.dispose([params, again]);
  });

  it('have smaller residual branches where that is asked for', async () => {
    const weights = async (scaledResiduals: boolean) => {
      const params = videoMae(TINY_VIDEO_MAE, { scaledResiduals }).init(seededRandom('residuals'));
      const values = await Promise.all(
        Object.values(params).map(async (tensor) => [...(await tensor.data())]),
      );
      return Object.fromEntries(Object.keys(params).map((name, index) => [name, values[index]!]));
    };
    const [plain, scaled] = [await weights(false), await weights(true)];
    for (const [name, values] of Object.entries(plain)) {
      // The encoder has two layers, the decoder one.
      const layers = name.startsWith('decoder') ? 1 : 2;
      const last = /(attention|layer\.\d+|layers\.\d+)\.output\.dense\.weight$/.test(name);
      const factor = last ? 1 / Math.sqrt(2 * layers) : 1;
      scaled[name]!.forEach((value, index) => {
        expect(value, name).toBeCloseTo(factor * values[index]!, 6);
      });
    }
  });
});
