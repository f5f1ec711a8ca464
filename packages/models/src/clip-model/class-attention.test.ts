import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import { frameTokens } from '../frame-tokens.js';
import type { Params } from '../params.js';
import { CLIP_MODEL_PIXELS } from '../pixels.js';
import { expectClose } from '../testing/parity.js';
import { tinyClipModel } from '../testing/tiny-clip-model.js';
import { lettersTokenizer } from '../testing/tokenizer-json.js';
import { clipModel } from './clip-model.js';
import { clipModelPatchTextEncoder } from './patch-text-encoder.js';

const engines: [string, () => Promise<Engine>][] = [
  ['cpuEngine', cpuEngine],
  ['onnxEngine', onnxEngine],
];

const model = clipModel(tinyClipModel);
const { hiddenSize, numHiddenLayers, numAttentionHeads, layerNormEps } = tinyClipModel.visionConfig;
const LAST = `vision_model.encoder.layers.${numHiddenLayers - 1}`;

/** Fresh parameters with larger queries and keys, so that attention differs from patch to patch and from head to head. */
const sharpParams = (): Params =>
  Object.fromEntries(
    Object.entries(model.init(seededRandom('attention'))).map(([name, tensor], at) => {
      if (/layers.*(q|k)_proj.weight|layer_norm1.weight/.test(name)) return [name, tf.mul(tensor, 3)];
      const isBias = /(q_proj|k_proj|layer_norm1).bias/.test(name);
      return [name, isBias ? tf.randomNormal(tensor.shape, 0, 1, 'float32', at) : tensor];
    }),
  );

const framesOf = (count: number): Uint8Array => {
  const random = seededRandom('frames');
  return Uint8Array.from({ length: count * 48 }, () => random() * 256);
};

/** What the class token attends to, [patches], in doubles: from the tokens before the last block, the class token first. */
async function attentionInDoubles(tokens: number[][], params: Params): Promise<number[]> {
  const numbers = async (name: string) => [...(await params[`${LAST}.${name}`]!.data())];
  const [scale, shift] = [await numbers('layer_norm1.weight'), await numbers('layer_norm1.bias')];
  const normed = tokens.map((token) => {
    const mean = token.reduce((sum, value) => sum + value, 0) / hiddenSize;
    const variance = token.reduce((sum, value) => sum + (value - mean) ** 2, 0) / hiddenSize;
    return token.map(
      (value, at) => ((value - mean) / Math.sqrt(variance + layerNormEps)) * scale[at]! + shift[at]!,
    );
  });
  const projected = async (token: number[], name: string) => {
    const [weight, bias] = [
      await numbers(`self_attn.${name}.weight`),
      await numbers(`self_attn.${name}.bias`),
    ];
    return bias.map((start, out) =>
      token.reduce((sum, value, at) => sum + value * weight[out * hiddenSize + at]!, start),
    );
  };
  const query = await projected(normed[0]!, 'q_proj');
  const keys = await Promise.all(normed.map((token) => projected(token, 'k_proj')));
  const size = hiddenSize / numAttentionHeads;
  const attention = new Array<number>(tokens.length).fill(0);
  for (let head = 0; head < numAttentionHeads; head++) {
    const weights = keys.map((key) => {
      let product = 0;
      for (let at = head * size; at < (head + 1) * size; at++) product += query[at]! * key[at]!;
      return Math.exp(product / Math.sqrt(size));
    });
    const sum = weights.reduce((total, weight) => total + weight, 0);
    weights.forEach((weight, token) => {
      attention[token]! += weight / sum / numAttentionHeads;
    });
  }
  return attention.slice(1);
}

describe.each(engines)('what the class token of CLIP attends to, on %s', (_, makeEngine) => {
  it('is the last softmax, the mean over its heads, as a loop in doubles has it', async () => {
    const engine = await makeEngine();
    const params = sharpParams();
    const encoder = clipModelPatchTextEncoder({
      model,
      params,
      tokenizer: lettersTokenizer(8),
      engine,
      variant: 'value',
    });
    const frames = framesOf(18);
    const { values, ...shape } = await encoder.encodeAttention({ frames, height: 4, width: 4 });
    expect(shape).toEqual({ frameCount: 18, rows: 2, columns: 2 });
    await engine.dispose();
    await cpuEngine();
    const layout = { numFrames: 18, imageSize: 4, patchSize: 2, tubeletSize: 1 };
    const pixels = frameTokens(frames, layout, [...Array(18 * 4).keys()], CLIP_MODEL_PIXELS);
    const tokens = model.tokensAtDepth(params, tf.tensor3d(pixels, [18, 4, 12]), numHiddenLayers - 1);
    const all = (await tokens.array()) as number[][][];
    const expected = (await Promise.all(all.map((each) => attentionInDoubles(each, params)))).flat();
    expectClose(values, expected, 1e-5);
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.1);
    tf.dispose(params);
  });
});

it('is told of some patches too', async () => {
  await cpuEngine();
  const params = sharpParams();
  const layout = { numFrames: 1, imageSize: 4, patchSize: 2, tubeletSize: 1 };
  const pixels = frameTokens(framesOf(1), layout, [3, 1], CLIP_MODEL_PIXELS);
  const positions = tf.tensor2d([[3, 1]], [1, 2], 'int32');
  const patches = tf.tensor3d(pixels, [1, 2, 12]);
  const told = model.classAttention(params, patches, positions);
  expect(told.shape).toEqual([1, 2]);
  const sum = [...(await told.data())].reduce((total, share) => total + share, 0);
  expect(sum).toBeGreaterThan(0);
  expect(sum).toBeLessThan(1);
  tf.dispose(params);
});
