import type { AttentionEncoder, PictureTextEncoder } from '@tgm/masking';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import type { Params } from '../params.js';
import { towersEncoder } from '../patch-text/towers-encoder.js';
import type { PixelScale } from '../pixels.js';
import { modelDigest } from '../tensors-digest.js';
import { patchesAlong, type SiglipConfig } from './config.js';
import { VISION_POSITIONS } from './parameters.js';
import { encodeText } from './text.js';
import type { SiglipTokenizer } from './tokenizer.js';
import { patchFeatures, poolingAttention } from './vision.js';

/** A SigLIP as it lies in a folder. */
export interface SiglipCheckpoint {
  readonly config: SiglipConfig;
  readonly pixels: PixelScale;
  readonly params: Params;
  readonly tokenizer: SiglipTokenizer;
}

/** SigLIP as text-guided and attention-guided masking use it. The parameters stay the caller's. */
export function siglipPatchTextEncoder(
  engine: Engine,
  { config: { textConfig, visionConfig }, pixels, params, tokenizer }: SiglipCheckpoint,
): Omit<PictureTextEncoder, 'describe'> & AttentionEncoder {
  let digest: Promise<string> | undefined;
  return {
    ...towersEncoder(engine, {
      width: textConfig.projectionSize,
      patchSize: visionConfig.patchSize,
      side: patchesAlong(visionConfig),
      pixels,
      visionParams: paramsOf(params, 'vision_model.'),
      textParams: paramsOf(params, 'text_model.'),
      positions: { name: VISION_POSITIONS, leading: 0 },
      contextLength: tokenizer.contextLength,
      encode: (text) => ({ ids: tokenizer.encode(text), end: tokenizer.contextLength - 1 }),
      patchFeatures: (own, patches, places) => patchFeatures(visionConfig, own, patches, places),
      attention: (own, patches, places) => poolingAttention(visionConfig, own, patches, places),
      encodeText: (own, ids) => encodeText(textConfig, own, ids),
    }),
    digest() {
      digest ??= modelDigest(params, [tokenizer.files, tokenizer.contextLength]);
      return digest;
    },
  };
}

const paramsOf = (params: Params, prefix: string): Params =>
  Object.fromEntries(Object.entries(params).filter(([name]) => name.startsWith(prefix)));
