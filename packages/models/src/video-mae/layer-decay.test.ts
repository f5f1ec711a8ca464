import { describe, expect, it } from 'vitest';
import { VIDEO_MAE_CONFIGS } from './config.js';
import { layerDecayScales, layerOf } from './layer-decay.js';

describe('layer decay', () => {
  it('is a power of the distance from the last layer', () => {
    const scales = layerDecayScales(VIDEO_MAE_CONFIGS.base, 0.5);
    expect(scales.length).toBe(14);
    expect(scales.slice(-3)).toEqual([0.25, 0.5, 1]);
    expect(scales[0]).toBe(2 ** -13);
  });

  it.each([
    ['videomae.embeddings.patch_embeddings.projection.weight', 0],
    ['mask_token', 0],
    ['videomae.encoder.layer.0.layernorm_before.bias', 1],
    ['videomae.encoder.layer.11.output.dense.weight', 12],
    ['fc_norm.weight', 13],
    ['classifier.bias', 13],
  ])('puts %s into layer %i', (name, layer) => {
    expect(layerOf(name, VIDEO_MAE_CONFIGS.base)).toBe(layer);
  });
});
