import { gelu, quickGelu } from '@tgm/tfjs-backend-onnx';
import type { BlockShape } from '../transformer-block.js';
import type { ClipModelTowerConfig } from './config.js';

export function blockShape(
  { numAttentionHeads, layerNormEps, hiddenAct }: ClipModelTowerConfig,
  recompute: boolean,
): BlockShape {
  return {
    heads: numAttentionHeads,
    epsilon: layerNormEps,
    activation: hiddenAct === 'gelu' ? gelu : quickGelu,
    recompute,
  };
}
