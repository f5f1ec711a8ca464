import * as tf from '@tensorflow/tfjs';
import { contrastiveLoss, infoNce } from '@tgm/losses';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type Fixture, numbers, tensor } from '../fixture.js';
import { compare, type Quantity } from '../quantity.js';
import { parseTolerance, type Tolerance, toleranceOf } from '../tolerance.js';

/** The symmetric contrastive loss and its gradients, from features of length 1 and from raw ones. */
export async function* checkInfoNce(fixture: Fixture, engine: Engine): AsyncGenerator<Quantity> {
  const table = fixture.json.tolerance;
  const gradient = toleranceOf(table, 'grads');
  for (const { name, n, d, log_scale } of fixture.json.cases) {
    const value = valueTolerance(table['loss, logits'], Math.exp(log_scale));
    const stored = <T extends tf.Tensor>(quantity: string) => tensor<T>(fixture, `${name}/${quantity}`);
    const inputs = {
      video: stored<tf.Tensor2D>('image_features'),
      text: stored<tf.Tensor2D>('text_features'),
      scale: tf.reshape(stored('logit_scale'), []) as tf.Scalar,
      rawVideo: stored<tf.Tensor2D>('raw_image'),
      rawText: stored<tf.Tensor2D>('raw_text'),
      logScale: tf.scalar(log_scale),
      key: tf.stack([tf.range(0, n, 1, 'int32'), tf.zeros([n], 'int32')], 1) as tf.Tensor2D,
      identity: tf.eye(d),
    };
    const loss = contrastiveLoss();
    const run = engine.compile((given: typeof inputs) => {
      const direct = tf.valueAndGrads((video: tf.Tensor, text: tf.Tensor, scale: tf.Tensor) =>
        infoNce({
          rows: video as tf.Tensor2D,
          columns: text as tf.Tensor2D,
          scale: scale as tf.Scalar,
          keys: [given.key],
        }),
      )([given.video, given.text, given.scale]);
      const raw = tf.valueAndGrads((video: tf.Tensor, text: tf.Tensor, logScale: tf.Tensor) => {
        const params = {
          'contrastive.projection.weight': given.identity,
          'contrastive.logit_scale': logScale,
        };
        const embedding = video as tf.Tensor2D;
        const tokens = tf.expandDims(embedding, 1) as tf.Tensor3D;
        const rows = loss.rows(params, {
          views: { reconstruct: { embedding, tokens } },
          textEmbedding: text as tf.Tensor2D,
          captionKey: given.key,
          sampleKey: given.key,
        });
        return loss.compare(params, rows);
      })([given.rawVideo, given.rawText, given.logScale]);
      const logits = tf.mul(tf.matMul(given.video, given.text, false, true), given.scale);
      return {
        values: { loss: direct.value, logits_per_image: logits, logits_per_text: tf.transpose(logits) },
        fromRaw: raw.value,
        gradients: {
          grad_image_features: direct.grads[0]!,
          grad_text_features: direct.grads[1]!,
          grad_logit_scale: direct.grads[2]!,
          grad_raw_image: raw.grads[0]!,
          grad_raw_text: raw.grads[1]!,
          grad_log_scale: raw.grads[2]!,
        },
      };
    });
    const { values, fromRaw, gradients } = await run(inputs);
    const expected = (quantity: string) => numbers(fixture, `${name}/${quantity}`);
    for (const [quantity, got] of Object.entries(values)) {
      yield compare(`${name}/${quantity}`, await got.data(), expected(quantity), value);
    }
    yield compare(`${name}/loss of raw features`, await fromRaw.data(), expected('loss'), value);
    for (const [quantity, got] of Object.entries(gradients)) {
      yield compare(`${name}/${quantity}`, await got.data(), expected(quantity), gradient);
    }
  }
}

/** "abs 1e-5 (scale 100: abs 5e-5)": the second from that scale on. */
function valueTolerance(words: string, scale: number): Tolerance {
  const special = /\(scale (\d+): (.*)\)/.exec(words);
  // The scale is the exponential of a rounded logarithm.
  return parseTolerance(special && scale > Number(special[1]) * 0.999 ? special[2]! : words);
}
