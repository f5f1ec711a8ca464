import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { CLIP_MODEL_VIT_B_32, videoMae } from '@tgm/models';
import { beforeAll, describe, expect, it } from 'vitest';
import { LAPTOP_MODEL } from '../presets/laptop.js';
import { PRESETS } from '../presets/presets.js';
import { operations } from './operations.js';
import { pictureOperations } from './stores.js';
import { tokenCounts } from './token-counts.js';

/** Multiply-adds of the matrix products in what `run` does: of [m, k] and [k, n], batch by batch, m k n. */
async function counted(run: () => tf.Tensor): Promise<number> {
  const { kernels } = await tf.profile(run);
  const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);
  return kernels
    .filter(({ name }) => /MatMul/.test(name))
    .reduce((sum, { inputShapes, outputShapes }) => {
      const [a, b, product] = [inputShapes[0]!, inputShapes[1]!, outputShapes[0]!];
      const batches = sizeOf(product.slice(0, -2));
      // (batches m k)(batches k n)(batches m n) = batches³ (m k n)²
      return sum + batches * Math.sqrt((sizeOf(a) * sizeOf(b) * sizeOf(product)) / batches ** 3);
    }, 0);
}

const total = (name: keyof typeof PRESETS) => {
  const settings = PRESETS[name];
  const inputs = {
    model: settings.model,
    tokens: tokenCounts(settings),
    classes: 0,
    batch: 1,
    recompute: false,
  };
  return operations(inputs);
};

describe('operations', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it.each([
    // Computed for the published model: embedding, encoder, bridge, decoder and head.
    ['videomae-b-ssv2', 14.1, 18.7, 35.4],
    ['mgm-b-ssv2', 36.1, 18.7, 57.4],
    ['tgm-b-ssv2', 61, 18.7, 82.3],
    ['finetune-b-ssv2', 178.5, 0, 180.3],
  ] as const)(
    'of %s: encoder %s, decoder %s, in all %s GMAC a clip forward',
    (name, encoder, decoder, all) => {
      const { published } = total(name);
      expect(published.encoder / 1e9).toBeCloseTo(encoder, 1);
      expect(published.decoder / 1e9).toBeCloseTo(decoder, 1);
      expect(published.total / 1e9).toBeCloseTo(all, 1);
    },
  );

  it("of CLIP's ViT-B/32 on 16 frames: 70 GMAC", () => {
    expect((16 * pictureOperations(CLIP_MODEL_VIT_B_32.visionConfig, 7 * 7)) / 1e9).toBeCloseTo(70.5, 0);
  });

  it('are those of the products that the real model makes, forward and with its gradients', async () => {
    const small = { ...LAPTOP_MODEL, imageSize: 32, numFrames: 4, decoderNumHiddenLayers: 2 };
    const model = videoMae(small);
    const visible = 12;
    const masked = 20;
    const tokens = { all: 32, visible, masked, reconstructed: masked, furtherViews: [] };
    const { forward, step } = operations({
      model: small,
      tokens,
      classes: 0,
      batch: 1,
      recompute: false,
    });
    const params = model.init(seededRandom('operations'));
    const names = Object.keys(params);
    const pixels = tf.randomNormal<tf.Rank.R3>([1, visible, model.tokenSize], 0, 1, 'float32', 1);
    const places = (from: number, count: number) =>
      tf.range(from, from + count, 1, 'int32').expandDims<tf.Tensor2D>();
    const [seen, hidden] = [places(0, visible), places(visible, masked)];
    const predict = (given: typeof params) =>
      model.decode(given, model.encode(given, pixels, seen), seen, hidden);

    expect(await counted(() => predict(params))).toBe(forward.total);

    const gradients = tf.valueAndGrads((...values: tf.Tensor[]) =>
      tf.mean(predict(Object.fromEntries(names.map((name, at) => [name, values[at]!])))),
    );
    const withGradients = await counted(() => gradients(names.map((name) => params[name]!)).value);
    // Nobody asks for the gradient of the pixels.
    expect(withGradients).toBe(step - forward.embedding);
    tf.dispose([pixels, seen, hidden, params]);
  });

  it('counts what is computed again: all blocks, or products of queries and keys that are too large to keep', () => {
    const settings = PRESETS['tgm-b-ssv2'];
    const inputs = { model: settings.model, tokens: tokenCounts(settings), classes: 0, recompute: false };
    const kept = operations({ ...inputs, batch: 1 });
    // A clip: 12 * 632² * 4 B = 19 MB in the encoder, 6 * 1568² * 4 B = 59 MB in the decoder, whose last block has 936 queries: 35 MB.
    expect(kept.again).toBe(3 * 1568 ** 2 * 384 + 936 * 1568 * 384);
    const larger = operations({ ...inputs, batch: 2 });
    expect(larger.again - kept.again).toBe(12 * 632 ** 2 * 768);
    const again = operations({ ...inputs, batch: 1, recompute: true });
    expect(again.step - kept.step).toBe(kept.forward.encoder + kept.forward.decoder);
  });
});
