import { flag, number, optional, showValue, wholeNumber } from '@tgm/options';
import { type ClipModelConfig, checkClipModelConfig } from '../clip-model/config.js';
import { type ConfigSource, jsonSource, optionsSource, requireMultiple } from '../config-source.js';
import { ModelError } from '../errors.js';
import { CLIP_MODEL_PIXELS, isPixelScale, type PixelScale } from '../pixels.js';
import { readJson } from './json-file.js';
import { type FixedKey, type Json, requireKeys, squareSides } from './json-keys.js';

const count = (standard: number) => optional(wholeNumber({ from: 1 }), standard);

/** With the defaults of open_clip's dataclasses, as of the tables below. */
const MODEL = {
  embedDim: wholeNumber({ from: 1 }),
  quickGelu: optional(flag(), false),
  initLogitScale: optional(number(), Math.log(1 / 0.07)),
};
const BLOCKS = { mlpRatio: optional(number({ above: 0 }), 4), layers: count(12) };
const VISION = {
  ...BLOCKS,
  width: count(768),
  headWidth: count(64),
  imageSize: count(224),
  patchSize: count(16),
};
const TEXT = {
  ...BLOCKS,
  width: count(512),
  heads: count(8),
  contextLength: count(77),
  vocabSize: count(49408),
};
const NORM = { eps: optional(number({ above: 0 }), 1e-5) };

const OTHER_TOWER =
  'Towers here are those of CLIP: pre-norm transformers that read the class token and the end of the text.';
const only = (key: string, ...values: readonly unknown[]): FixedKey => ({ key, values, advice: OTHER_TOWER });
const BLOCK_KEYS = [
  only('ls_init_value', undefined),
  only('block_type', 'default'),
  ...['qk_norm', 'scaled_cosine_attn', 'scale_heads', 'scale_attn_inner', 'scale_attn', 'scale_fc'].map(
    (key) => only(key, false),
  ),
  only('act_kwargs', undefined),
];

/** Keys whose other values make another model. */
const FIXED: Readonly<Record<'model_cfg' | 'vision_cfg' | 'text_cfg', readonly FixedKey[]>> = {
  model_cfg: [only('multimodal_cfg', undefined), only('nonscalar_logit_scale', false)],
  vision_cfg: [
    {
      key: 'timm_model_name',
      values: [undefined],
      advice:
        'Towers of timm are not read here. Of a SigLIP take the folder that Python’s SiglipModel opens, such as google/siglip-base-patch16-224.',
    },
    only('attentional_pool', false),
    only('no_ln_pre', false),
    only('pos_embed_type', 'learnable'),
    only('pool_type', 'tok'),
    ...BLOCK_KEYS,
  ],
  text_cfg: [
    only('hf_model_name', undefined),
    only('embed_cls', false),
    only('no_causal_mask', false),
    only('pool_type', 'argmax'),
    only('proj_bias', false),
    only('proj_type', 'linear'),
    only('tokenizer_kwargs', undefined),
    ...BLOCK_KEYS,
  ],
};

/** Keys that are read, and those that change nothing of what is computed here. */
const KNOWN: Readonly<Record<keyof typeof FIXED, RegExp>> = {
  model_cfg:
    /^(embed_dim|quick_gelu|init_logit_(scale|bias)|custom_text|output_dict|cast_dtype|(vision|text)_cfg)$/,
  vision_cfg:
    /^(mlp_ratio|layers|width|head_width|image_size|patch_size|norm_kwargs|patch_dropout|output_tokens|final_ln_after_pool|attn_pooler_.*|timm_.*)$/,
  text_cfg:
    /^(mlp_ratio|layers|width|heads|context_length|vocab_size|norm_kwargs|output_tokens|final_ln_after_pool|pad_id|eos_id|tokenizer_mode|hf_.*)$/,
};

/** A CLIP as open_clip describes it. */
export interface OpenClipJson {
  readonly config: ClipModelConfig;
  readonly pixels: PixelScale;
}

/**
 * The open_clip_config.json of a CLIP, with the defaults of open_clip 3.3.
 *
 * @throws ModelError with `CHECKPOINT_NOT_FOUND`, or `CONFIG_INVALID` for what no model here computes: towers of timm and of Hugging
 *   Face, ResNets, other pooling.
 */
export async function readOpenClipJson(path: string): Promise<OpenClipJson> {
  const { model_cfg, preprocess_cfg } = (await readJson(path)) as Json;
  const model = part(path, 'model_cfg', model_cfg);
  const vision = part(path, 'vision_cfg', model.json.vision_cfg);
  const text = part(path, 'text_cfg', model.json.text_cfg);
  const { embedDim, quickGelu, initLogitScale } = model.source.check(MODEL);
  const hiddenAct = quickGelu ? 'quick_gelu' : 'gelu';
  const seen = vision.source.check(VISION);
  const read = text.source.check(TEXT);
  requireMultiple(vision.source, seen, 'width', 'headWidth');
  requireMultiple(vision.source, seen, 'imageSize', 'patchSize');
  requireMultiple(text.source, read, 'width', 'heads');
  const tower = (
    given: typeof seen | typeof read,
    numAttentionHeads: number,
    norm: unknown,
    where: string,
  ) => ({
    hiddenSize: given.width,
    intermediateSize: Math.trunc(given.width * given.mlpRatio),
    numHiddenLayers: given.layers,
    numAttentionHeads,
    hiddenAct,
    layerNormEps: jsonSource(`${where}, norm_kwargs`, (norm ?? {}) as Json).check(NORM).eps,
  });
  const config = {
    projectionDim: embedDim,
    logitScaleInitValue: initLogitScale,
    textConfig: {
      ...tower(read, read.heads, text.json.norm_kwargs, `${path}, text_cfg`),
      vocabSize: read.vocabSize,
      maxPositionEmbeddings: read.contextLength,
      // The largest id of a text, which `argmax` finds.
      eosTokenId: 2,
    },
    visionConfig: {
      ...tower(seen, seen.width / seen.headWidth, vision.json.norm_kwargs, `${path}, vision_cfg`),
      imageSize: seen.imageSize,
      patchSize: seen.patchSize,
    },
  };
  return {
    config: checkClipModelConfig(optionsSource(path, config)),
    pixels: pixelsOf(path, preprocess_cfg),
  };
}

/** An object of the file, whose keys are all known. */
function part(
  path: string,
  key: keyof typeof FIXED,
  value: unknown,
): { readonly json: Json; readonly source: ConfigSource } {
  const where = `${path}, ${key}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ModelError('CONFIG_INVALID', { where, expected: 'an object', received: showValue(value) });
  }
  const json = squareSides(where, value as Json, key === 'vision_cfg' ? ['image_size', 'patch_size'] : []);
  requireKeys(where, json, FIXED[key]);
  const known = new Set(FIXED[key].map((fixed) => fixed.key));
  const unknown = Object.keys(json).find(
    (name) => !known.has(name) && !KNOWN[key].test(name) && json[name] !== null,
  );
  if (unknown === undefined) return { json, source: jsonSource(where, json) };
  throw new ModelError('CONFIG_INVALID', {
    where: `${where}, key ${unknown}`,
    expected: 'no such key, since it is not known what it changes',
    received: showValue(json[unknown]),
  });
}

function pixelsOf(path: string, preprocess: unknown): PixelScale {
  const { mean, std } = (preprocess ?? {}) as Json;
  const scale = { mean: mean ?? CLIP_MODEL_PIXELS.mean, std: std ?? CLIP_MODEL_PIXELS.std };
  if (isPixelScale(scale)) return scale;
  throw new ModelError('CONFIG_INVALID', {
    where: `${path}, preprocess_cfg, keys mean and std`,
    expected: 'three numbers each, std above 0',
    received: showValue(scale),
  });
}
