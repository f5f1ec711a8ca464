import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipModel } from '../clip-model/clip-model.js';
import type { Params } from '../params.js';
import { type PatchConfig, patchify } from '../patchify.js';
import { tinyClipModel } from '../testing/tiny-clip-model.js';
import { videoMaeClassifier } from '../video-mae/classifier.js';
import { videoMae } from '../video-mae/video-mae.js';
import {
  exportClipModelImage,
  exportClipModelText,
  exportVideoMaeClassifier,
  exportVideoMaeEmbeddings,
  exportVideoMaeEncoder,
} from './export-model.js';

const encoder = {
  imageSize: 6,
  patchSize: 2,
  numFrames: 4,
  tubeletSize: 2,
  hiddenSize: 8,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  intermediateSize: 16,
  layerNormEps: 1e-6,
};
const decoder = {
  decoderHiddenSize: 4,
  decoderNumHiddenLayers: 1,
  decoderNumAttentionHeads: 1,
  decoderIntermediateSize: 8,
  decoderNormEps: 1e-6,
};

let folder: string;
beforeAll(async () => {
  await cpuEngine();
  folder = await mkdtemp(join(tmpdir(), 'export-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Weights that no layer can be without. */
function drawn(model: { init(random: () => number): Params }): Params {
  const random = seededRandom('export');
  return Object.fromEntries(
    Object.entries(model.init(random)).map(([name, tensor]) => {
      const noise = Array.from({ length: tensor.size }, () => random() - 0.5);
      return [name, tf.add(tensor, tf.tensor(noise, tensor.shape))];
    }),
  );
}

/** Whole numbers 0 to 255 as frames [B, T, H, W, 3], in both orders. */
function pixels(batch: number, config: PatchConfig): { tokens: tf.Tensor3D; values: Float32Array } {
  const { numFrames, imageSize } = config;
  const random = seededRandom('pixels');
  const size = numFrames * imageSize ** 2 * 3;
  const clips = Array.from({ length: batch }, () =>
    Uint8Array.from({ length: size }, () => Math.floor(random() * 256)),
  );
  const scaled = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte / 128 - 1);
  const tokens = clips.map((frames) => scaled(patchify(frames, config)));
  const plane = imageSize ** 2;
  const values = clips.flatMap((frames) =>
    Array.from({ length: size }, (_, at) => {
      const [frame, channel, place] = [Math.floor(at / plane / 3), Math.floor(at / plane) % 3, at % plane];
      return frames[(frame * plane + place) * 3 + channel]! / 128 - 1;
    }),
  );
  const count = (numFrames / config.tubeletSize) * (imageSize / config.patchSize) ** 2;
  return {
    tokens: tf.tensor3d(tokens.flat(), [batch, count, size / count]),
    values: Float32Array.from(values),
  };
}

async function run(path: string, feeds: Record<string, ort.Tensor>): Promise<Record<string, ort.Tensor>> {
  const session = await ort.InferenceSession.create(path, { intraOpNumThreads: 1 });
  const results = await session.run(feeds);
  await session.release();
  return results as Record<string, ort.Tensor>;
}

function expectClose(got: ort.Tensor | undefined, expected: tf.Tensor): void {
  expect(got?.dims).toEqual(expected.shape);
  const values = expected.dataSync();
  (got!.data as Float32Array).forEach((value, index) => {
    expect(value).toBeCloseTo(values[index]!, 4);
  });
}

describe('a file of ONNX Runtime says what the model says', () => {
  it('of the encoder', async () => {
    const model = videoMae({ ...encoder, ...decoder });
    const params = drawn(model);
    const path = join(folder, 'encoder.onnx');
    const exported = await exportVideoMaeEncoder(model, { path, params, batch: 2 });
    expect(exported).toMatchObject({ inputs: ['pixel_values'], outputs: ['last_hidden_state'], domains: [] });
    await cpuEngine();
    const { tokens, values } = pixels(2, encoder);
    const feeds = { pixel_values: new ort.Tensor('float32', values, [2, 4, 3, 6, 6]) };
    const places = Array.from({ length: 18 }, (_, place) => place);
    const all = tf.tensor2d([places, places], undefined, 'int32');
    expectClose((await run(path, feeds)).last_hidden_state, model.encode(params, tokens, all));
  });

  it('of the encoder in the space of captions', async () => {
    const model = videoMae({ ...encoder, ...decoder });
    const params = drawn(model);
    const path = join(folder, 'video.onnx');
    const random = seededRandom('projection');
    const projection = Float32Array.from({ length: 3 * 8 }, () => random() - 0.5);
    await exportVideoMaeEmbeddings(model, { path, params, batch: 2, projection });
    await cpuEngine();
    const { tokens, values } = pixels(2, encoder);
    const feeds = { pixel_values: new ort.Tensor('float32', values, [2, 4, 3, 6, 6]) };
    const places = Array.from({ length: 18 }, (_, place) => place);
    const encoded = model.encode(params, tokens, tf.tensor2d([places, places], undefined, 'int32'));
    const expected = tf.matMul(
      tf.mean(encoded, 1) as tf.Tensor2D,
      tf.tensor2d(projection, [3, 8]),
      false,
      true,
    );
    expectClose((await run(path, feeds)).video_embeds, expected);
    await expect(
      exportVideoMaeEmbeddings(model, { path, params, batch: 1, projection: projection.slice(1) }),
    ).rejects.toThrow(/expected \[E, 8\] numbers, got 23 numbers/);
  });

  it('of the classifier', async () => {
    const model = videoMaeClassifier({ ...encoder, poolNormEps: 1e-6, labels: ['a', 'b', 'c'] });
    const params = drawn(model);
    const path = join(folder, 'classifier.onnx');
    await exportVideoMaeClassifier(model, { path, params, batch: 1 });
    await cpuEngine();
    const { tokens, values } = pixels(1, encoder);
    const feeds = { pixel_values: new ort.Tensor('float32', values, [1, 4, 3, 6, 6]) };
    const logits = model.classify(params, model.pool(params, model.encode(params, tokens)));
    expectClose((await run(path, feeds)).logits, logits);
  });

  it("of CLIP's towers", async () => {
    const model = clipModel(tinyClipModel);
    const params = drawn(model);
    const [image, text] = [join(folder, 'image.onnx'), join(folder, 'text.onnx')];
    await exportClipModelImage(model, { path: image, params, batch: 2 });
    await exportClipModelText(model, { path: text, params, batch: 2 });
    await cpuEngine();
    const { tokens, values } = pixels(2, { imageSize: 4, patchSize: 2, numFrames: 1, tubeletSize: 1 });
    const pixel_values = new ort.Tensor('float32', values, [2, 3, 4, 4]);
    expectClose((await run(image, { pixel_values })).image_embeds, model.encodeImage(params, tokens));
    const ids = Int32Array.of(10, 1, 2, 11, 0, 0, 0, 0, 10, 11, 0, 0, 0, 0, 0, 0);
    const feeds = {
      input_ids: new ort.Tensor('int32', ids, [2, 8]),
      end_positions: new ort.Tensor('int32', Int32Array.of(3, 1), [2]),
    };
    const expected = model.encodeText(
      params,
      tf.tensor2d(ids, [2, 8], 'int32'),
      tf.tensor1d([3, 1], 'int32'),
    );
    expectClose((await run(text, feeds)).text_embeds, expected);
  });
});
