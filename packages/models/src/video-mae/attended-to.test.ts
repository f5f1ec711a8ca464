import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { expect, it } from 'vitest';
import type { Params } from '../params.js';
import { TINY_VIDEO_MAE } from '../testing/tiny-video-mae.js';
import { videoMaeEncoder } from './encoder.js';

const engines: [string, () => Engine | Promise<Engine>][] = [
  ['cpuEngine', cpuEngine],
  ['onnxEngine', onnxEngine],
];

const [CLIPS, TOKENS] = [2, 5];
const LAYER = 'videomae.encoder.layer.0';
const plain = { ...TINY_VIDEO_MAE, numHiddenLayers: 1 };
const { hiddenSize: WIDTH, numAttentionHeads: HEADS } = plain;

/** Rows of numbers. */
type Rows = number[][];

const multiply = (rows: Rows, weight: Rows, bias: readonly number[]): Rows =>
  rows.map((row) =>
    weight.map((column, at) => column.reduce((sum, value, i) => sum + value * row[i]!, bias[at]!)),
  );

const normed = (rows: Rows): Rows =>
  rows.map((row) => {
    const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
    return row.map((value) => (value - mean) / Math.sqrt(variance + plain.layerNormEps));
  });

/** The shares of one head, in plain loops. */
function sharesOfHead(queries: Rows, keys: Rows, head: number, asking: number): number[] {
  const width = WIDTH / HEADS;
  const part = (row: readonly number[]) => row.slice(head * width, (head + 1) * width);
  const shares = new Array<number>(keys.length).fill(0);
  for (const query of queries.slice(0, asking)) {
    const exponentials = keys.map((key) => {
      const product = part(query).reduce((sum, value, i) => sum + value * part(key)[i]!, 0);
      return Math.exp(product / Math.sqrt(width));
    });
    const sum = exponentials.reduce((total, value) => total + value, 0);
    exponentials.forEach((value, at) => {
      shares[at]! += value / sum / asking;
    });
  }
  return shares;
}

it.each(engines)('tells the shares of the last attention, head by head, on %s', async (_, make) => {
  const engine = await make();
  for (const classToken of [false, true]) {
    const model = videoMaeEncoder({ ...plain, positions: classToken ? 'separable' : 'sinusoid', classToken });
    const params: Params = Object.fromEntries(
      Object.entries(model.init(seededRandom('shares'))).map(([name, tensor]) => [
        name,
        // Larger than a fresh model's, so that the shares differ.
        name.includes('query.weight') || name.includes('key.weight') ? tf.mul(tensor, 4) : tensor,
      ]),
    );
    const embedded = tf.randomNormal<tf.Rank.R3>([CLIPS, TOKENS, WIDTH], 0, 1, 'float32', 3);
    const run = engine.compile((given: { params: Params; embedded: tf.Tensor3D }) => ({
      shares: model.attendedTo(given.params, given.embedded),
    }));
    const found = (await (await run({ params, embedded })).shares.array()) as number[][][];
    const rows = (await embedded.array()) as number[][][];
    const weightOf = async (name: string) => (await params[`${LAYER}.${name}`]!.array()) as Rows;
    const first = classToken ? ((await params['videomae.embeddings.class_token']!.array()) as Rows) : [];
    const bias = [...(await params[`${LAYER}.attention.attention.q_bias`]!.data())];
    for (let clip = 0; clip < CLIPS; clip++) {
      const all = normed([...first, ...rows[clip]!]);
      const queries = multiply(all, await weightOf('attention.attention.query.weight'), bias);
      const keys = multiply(
        all,
        await weightOf('attention.attention.key.weight'),
        bias.map(() => 0),
      );
      for (let head = 0; head < HEADS; head++) {
        const byHand = sharesOfHead(queries, keys, head, classToken ? 1 : TOKENS);
        const own = classToken ? byHand.slice(1) : byHand;
        own.forEach((share, token) => {
          expect(found[clip]![head]![token]).toBeCloseTo(share, 5);
        });
        expect(Math.max(...own) - Math.min(...own)).toBeGreaterThan(0.001);
      }
    }
  }
  await engine.dispose();
});

it('encodes what it embeds', async () => {
  await cpuEngine();
  const model = videoMaeEncoder(plain);
  const params = model.init(seededRandom('halves'));
  const tokens = tf.randomNormal<tf.Rank.R3>([1, 3, model.tokenSize], 0, 1, 'float32', 3);
  const positions = tf.tensor2d([[7, 0, 3]], undefined, 'int32');
  const whole = await model.encode(params, tokens, positions).data();
  const halves = model.encodeEmbedded(params, model.embed(params, tokens, positions));
  expect(await halves.data()).toEqual(whole);
  expect(() => model.encodeEmbedded(params, tokens)).toThrow(
    expect.objectContaining({ code: 'INPUT_SHAPE' }),
  );
});
