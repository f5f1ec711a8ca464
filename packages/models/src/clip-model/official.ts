import { layerRows, type OfficialTensor } from '../official.js';
import type { ClipModelConfig } from './config.js';

/**
 * The names of openai/CLIP, clip/model.py. Query, key and value are one matrix there; the two projections are applied
 * from the right.
 */
export function clipModelOfficial({ textConfig, visionConfig }: ClipModelConfig): OfficialTensor[] {
  return [
    { official: 'logit_scale', name: 'logit_scale' },
    { official: 'token_embedding.weight', name: 'text_model.embeddings.token_embedding.weight' },
    { official: 'positional_embedding', name: 'text_model.embeddings.position_embedding.weight' },
    ...blocks('transformer.resblocks', 'text_model.encoder.layers', textConfig.numHiddenLayers),
    ...layerRows('ln_final', 'text_model.final_layer_norm'),
    { official: 'text_projection', name: 'text_projection.weight', transposed: true },
    { official: 'visual.class_embedding', name: 'vision_model.embeddings.class_embedding' },
    { official: 'visual.conv1.weight', name: 'vision_model.embeddings.patch_embedding.weight' },
    { official: 'visual.positional_embedding', name: 'vision_model.embeddings.position_embedding.weight' },
    ...layerRows('visual.ln_pre', 'vision_model.pre_layrnorm'),
    ...blocks('visual.transformer.resblocks', 'vision_model.encoder.layers', visionConfig.numHiddenLayers),
    ...layerRows('visual.ln_post', 'vision_model.post_layernorm'),
    { official: 'visual.proj', name: 'visual_projection.weight', transposed: true },
  ];
}

const THIRDS = ['q_proj', 'k_proj', 'v_proj'] as const;

function blocks(from: string, to: string, count: number): OfficialTensor[] {
  return Array.from({ length: count }, (_, index) => block(`${from}.${index}`, `${to}.${index}`)).flat();
}

function block(from: string, to: string): OfficialTensor[] {
  const joined = (part: 'weight' | 'bias'): OfficialTensor[] =>
    THIRDS.map((projection, third) => ({
      official: `${from}.attn.in_proj_${part}`,
      name: `${to}.self_attn.${projection}.${part}`,
      third: third as 0 | 1 | 2,
    }));
  return [
    ...layerRows(`${from}.ln_1`, `${to}.layer_norm1`),
    ...joined('weight'),
    ...joined('bias'),
    ...layerRows(`${from}.attn.out_proj`, `${to}.self_attn.out_proj`),
    ...layerRows(`${from}.ln_2`, `${to}.layer_norm2`),
    ...layerRows(`${from}.mlp.c_fc`, `${to}.mlp.fc1`),
    ...layerRows(`${from}.mlp.c_proj`, `${to}.mlp.fc2`),
  ];
}
