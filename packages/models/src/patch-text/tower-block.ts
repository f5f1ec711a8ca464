import { type BlockNames, layer } from '../transformer-block.js';

/** The tensors of a block of Hugging Face's `CLIPModel` and `SiglipModel`, in either tower. */
export const towerBlock = (prefix: string): BlockNames => ({
  attentionNorm: layer(`${prefix}.layer_norm1`),
  query: layer(`${prefix}.self_attn.q_proj`),
  key: layer(`${prefix}.self_attn.k_proj`),
  value: layer(`${prefix}.self_attn.v_proj`),
  attentionOutput: layer(`${prefix}.self_attn.out_proj`),
  mlpNorm: layer(`${prefix}.layer_norm2`),
  mlpIn: layer(`${prefix}.mlp.fc1`),
  mlpOut: layer(`${prefix}.mlp.fc2`),
});
