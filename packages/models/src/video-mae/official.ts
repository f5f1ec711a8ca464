import { layerRows, type OfficialTensor } from '../official.js';
import type {
  VideoMaeClassifierConfig,
  VideoMaeConfig,
  VideoMaeEncoderConfig,
  WithDefaults,
} from './config.js';
import { DECODER_STACK, ENCODER_STACK, stackParameters } from './parameters.js';

/**
 * The names of MCG-NJU/VideoMAE and OpenGVLab/VideoMAEv2, modeling_pretrain.py. Query, key and value are one matrix
 * there; the key has no bias.
 */
export function videoMaeOfficial(config: WithDefaults<VideoMaeConfig>): OfficialTensor[] {
  return [
    { official: 'mask_token', name: 'mask_token' },
    ...encoderOfficial(config),
    ...blocks('decoder.blocks', 'decoder.decoder_layers', config.decoderNumHiddenLayers),
    ...layerRows('decoder.norm', 'decoder.norm'),
    ...layerRows('decoder.head', 'decoder.head'),
    { official: 'encoder_to_decoder.weight', name: 'encoder_to_decoder.weight' },
    ...stackParameters(config, DECODER_STACK, 1).map(({ name }) => ({ official: name, name })),
  ];
}

/** The encoder's part of them. */
export function encoderOfficial(config: WithDefaults<VideoMaeEncoderConfig>): OfficialTensor[] {
  return [
    ...encoder('encoder.', config.numHiddenLayers),
    ...layerRows('encoder.norm', 'videomae.layernorm'),
    ...stackParameters(config, ENCODER_STACK, 1).map(({ name }) => ({ official: name, name })),
  ];
}

/** The names of the same repositories, modeling_finetune.py: `norm` where no mean is taken. */
export function classifierOfficial(config: WithDefaults<VideoMaeClassifierConfig>): OfficialTensor[] {
  return [
    ...encoder('', config.numHiddenLayers),
    ...(config.useMeanPooling ? layerRows('fc_norm', 'fc_norm') : layerRows('norm', 'videomae.layernorm')),
    ...layerRows('head', 'classifier'),
  ];
}

function encoder(prefix: string, layers: number): OfficialTensor[] {
  return [
    ...layerRows(`${prefix}patch_embed.proj`, 'videomae.embeddings.patch_embeddings.projection'),
    ...blocks(`${prefix}blocks`, 'videomae.encoder.layer', layers),
  ];
}

function blocks(from: string, to: string, count: number): OfficialTensor[] {
  return Array.from({ length: count }, (_, index) => block(`${from}.${index}`, `${to}.${index}`)).flat();
}

function block(from: string, to: string): OfficialTensor[] {
  const official = `${from}.attn.qkv.weight`;
  const inner = `${to}.attention.attention`;
  return [
    ...layerRows(`${from}.norm1`, `${to}.layernorm_before`),
    { official, name: `${inner}.query.weight`, third: 0 },
    { official, name: `${inner}.key.weight`, third: 1 },
    { official, name: `${inner}.value.weight`, third: 2 },
    { official: `${from}.attn.q_bias`, name: `${inner}.q_bias` },
    { official: `${from}.attn.v_bias`, name: `${inner}.v_bias` },
    ...layerRows(`${from}.attn.proj`, `${to}.attention.output.dense`),
    ...layerRows(`${from}.norm2`, `${to}.layernorm_after`),
    ...layerRows(`${from}.mlp.fc1`, `${to}.intermediate.dense`),
    ...layerRows(`${from}.mlp.fc2`, `${to}.output.dense`),
  ];
}
