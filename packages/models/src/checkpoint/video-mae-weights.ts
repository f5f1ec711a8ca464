import { CheckpointKeysError, type KeysMismatch } from '../errors.js';
import type { Params } from '../params.js';
import type { Json } from './json-keys.js';
import { loadParams, type ParameterLayout } from './params-file.js';

type Opener = 'loadVideoMae' | 'loadVideoMaeClassifier' | 'loadVideoMaeEncoder';

/**
 * `loadParams` for a folder with a Video MAE's config.json.
 * @throws what `loadParams` throws; CheckpointKeysError says which key of config.json does not fit, or which loader would do.
 */
export async function loadVideoMaeParams(
  opener: Opener,
  folder: string,
  json: Json,
  model: ParameterLayout,
): Promise<Params> {
  try {
    return await loadParams(folder, model);
  } catch (error) {
    if (!(error instanceof CheckpointKeysError)) throw error;
    const advice = [...wrongKeys(error, json), ...otherLoader(opener, error, json)].join(' ');
    throw new CheckpointKeysError(error.where, error, advice || undefined);
  }
}

const BIAS = /^(videomae|(encoder\.)?blocks)\..*\.(q_bias|v_bias)$/;
/** Where every encoder begins. */
const PATCHES = /(^|\.)patch_embed(dings\.projection|\.proj)\.weight$/;
const NORM = /^(videomae\.layernorm|encoder\.norm|norm)\./;

/** Keys of config.json that do not fit the encoder's tensors, and what would. */
function wrongKeys({ missing, unexpected }: KeysMismatch, json: Json): string[] {
  const biasKey = 'qv_bias' in json && !('qkv_bias' in json) ? 'qv_bias' : 'qkv_bias';
  const advice = (pattern: RegExp, key: string, [one, none]: [string, string], ofMissing: boolean) => {
    const has = some(unexpected, pattern);
    if (!has && !some(missing, pattern)) return [];
    const said = key in json ? `says "${key}": ${JSON.stringify(json[key])}` : `has no "${key}", so true`;
    const fits = has !== ofMissing;
    return [`config.json ${said}, but the file has ${has ? one : none}: "${key}": ${fits} fits.`];
  };
  return [
    ...advice(BIAS, biasKey, ['biases of query and value', 'no biases of query and value'], false),
    ...advice(NORM, 'use_mean_pooling', ['a norm after the encoder', 'no norm after the encoder'], true),
  ];
}

function some(names: readonly string[], pattern: RegExp): boolean {
  return names.some((name) => pattern.test(name));
}

/** What a folder holds that another loader opens. */
function otherLoader(opener: Opener, { missing, unexpected }: KeysMismatch, json: Json): string[] {
  const architectures = `("architectures" of config.json: ${JSON.stringify(json.architectures ?? 'nothing')})`;
  if (some(missing, PATCHES)) return [];
  const noDecoder = some(missing, /^decoder\.|^mask_token$/);
  const noHead = some(missing, /^(classifier|head)\./);
  if (opener === 'loadVideoMae' && noDecoder) {
    return some(unexpected, /^(classifier|fc_norm|head)\./)
      ? [
          `The folder holds a classifier ${architectures}: loadVideoMaeClassifier opens it, loadVideoMaeEncoder its encoder.`,
        ]
      : [`The folder holds no whole decoder ${architectures}: loadVideoMaeEncoder opens the encoder alone.`];
  }
  if (opener === 'loadVideoMaeClassifier' && noHead) {
    const opens = some(unexpected, /^decoder\.|^mask_token$/) ? 'loadVideoMae' : 'loadVideoMaeEncoder';
    return [
      `The folder holds no classifier ${architectures}: ${opens} opens it, and videoMaeClassifier(config).init(random, params) ` +
        'gives its encoder a fresh head.',
    ];
  }
  return [];
}
