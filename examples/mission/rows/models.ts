import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { extractFeatures } from '@tgm/eval';
import { chooseIndices, seededRandom } from '@tgm/masking';
import {
  frameTokens,
  loadClipModel,
  loadVideoMae,
  loadVideoMaeClassifier,
  type Params,
  readSafetensors,
  saveClipModel,
  saveVideoMae,
  saveVideoMaeClassifier,
  VIDEO_MAE_CONFIGS,
  videoMaeClassifier,
  videoMaeEncoder,
} from '@tgm/models';
import { figure } from '../figure.js';
import type { Row } from '../row.js';
import { MODEL } from '../settings.js';
import type { World } from '../world.js';

/** The backbone, and its files in published layouts. */
export const modelRows: readonly Row[] = [
  {
    name: 'ViT',
    part: 'backbone',
    runs: 'videoMaeEncoder, the configurations small, base, large and huge',
    async run(world) {
      const counts = (['small', 'base', 'large', 'huge'] as const).map((size) => {
        const { parameters, config } = videoMaeEncoder(VIDEO_MAE_CONFIGS[size]);
        const counted = parameters.reduce(
          (sum, { shape }) => sum + shape.reduce((size, side) => size * side, 1),
          0,
        );
        return [counted, countByHand(config.hiddenSize, config.numHiddenLayers)] as const;
      });
      const off = await orderMatters(world);
      return figure(
        `${counts.map(([counted]) => (counted / 1e6).toFixed(1)).join(', ')} million parameters, as by hand; tokens in another order change outputs by ${off.toExponential(0)}`,
        counts.every(([counted, byHand]) => counted === byHand) && off < 1e-4,
        'as many parameters as by hand, and outputs that go with their tokens',
      );
    },
  },
  {
    name: 'VideoMAE checkpoints',
    part: 'weights',
    runs: "saveVideoMae, loadVideoMae, Hugging Face's folder",
    async run({ engine, model, folder, clips }) {
      const params = model.init(seededRandom('mission', 'saved'));
      const path = join(folder, 'video-mae');
      await saveVideoMae(path, model, params);
      const loaded = await loadVideoMae(path);
      const first = clips.slice(0, 2).map(({ frames }) => frames);
      const features = async (from: { model: typeof model; params: Params }) =>
        (await extractFeatures({ engine, ...from, clips: first, batchSize: 2 })).values;
      const same = Buffer.from((await features({ model, params })).buffer).equals(
        Buffer.from((await features(loaded)).buffer),
      );
      const { tensors } = await readSafetensors(join(path, 'model.safetensors'));
      const name = 'videomae.encoder.layer.0.attention.attention.query.weight';
      const shape = tensors[name]?.shape.join(' x ');
      tf.dispose([params, loaded.params] as unknown as tf.TensorContainer);
      return figure(
        `features of the loaded model are the same bits; ${name} is ${shape}`,
        same && shape === `${MODEL.hiddenSize} x ${MODEL.hiddenSize}`,
        'the same features, and published names',
      );
    },
  },
  {
    name: 'VideoMAE classifiers',
    part: 'weights',
    runs: 'saveVideoMaeClassifier, loadVideoMaeClassifier',
    async run({ folder }) {
      const labels = ['left', 'right', 'up'];
      const model = videoMaeClassifier({ ...MODEL, labels });
      const params = model.init(seededRandom('mission', 'classifier'));
      const path = join(folder, 'classifier');
      await saveVideoMaeClassifier(path, model, params);
      const loaded = await loadVideoMaeClassifier(path);
      const equal = await sameNumbers(params, loaded.params);
      const read = JSON.stringify(loaded.model.config.labels);
      tf.dispose([params, loaded.params] as unknown as tf.TensorContainer);
      return figure(
        `${Object.keys(params).length} tensors the same, labels ${read}`,
        equal && read === JSON.stringify(labels),
        'the same tensors and labels',
      );
    },
  },
  {
    name: 'CLIP checkpoints',
    part: 'weights',
    runs: "loadClipModel, saveClipModel, Hugging Face's folder",
    async run({ clipModel, folder }) {
      const path = join(folder, 'clip');
      await saveClipModel(path, clipModel);
      const loaded = await loadClipModel(path);
      const equal = await sameNumbers(clipModel.params, loaded.params);
      const words = 'a red circle moves to the left';
      const [own, read] = [clipModel, loaded].map(({ tokenizer }) => String(tokenizer.encode(words).ids));
      tf.dispose(loaded.params as unknown as tf.TensorContainer);
      return figure(
        `${Object.keys(clipModel.params).length} tensors and the tokens of "${words}" the same`,
        equal && own === read,
        'the same tensors and tokens',
      );
    },
  },
];

/** Weights and biases of an encoder for 16 frames of 224 pixels in tubelets of 2 x 16 x 16; k has no bias (VideoMAE). */
function countByHand(width: number, layers: number): number {
  const embedding = 2 * 16 * 16 * 3 * width + width;
  const attention = 4 * width ** 2 + 3 * width;
  const mlp = 8 * width ** 2 + 5 * width;
  const norms = 4 * width;
  return embedding + layers * (attention + mlp + norms) + 2 * width;
}

/** The furthest that an output of the encoder is off where its tokens come in another order, with their positions. */
async function orderMatters({ engine, model, clips }: World): Promise<number> {
  const params = model.init(seededRandom('mission', 'order'));
  const order = chooseIndices(256, 256, seededRandom('mission', 'permutation'));
  const encode = engine.compile((given: { params: Params; tokens: tf.Tensor3D; positions: tf.Tensor2D }) =>
    model.encode(given.params, given.tokens, given.positions),
  );
  const outputsOf = async (places: Uint32Array): Promise<Float32Array> => {
    const tokens = tf.tensor3d(frameTokens(clips[0]!.frames, MODEL, places, model.pixels), [
      1,
      256,
      model.tokenSize,
    ]);
    const positions = tf.tensor2d(Int32Array.from(places), [1, 256], 'int32');
    const outputs = await encode({ params, tokens, positions });
    const values = await outputs.data<'float32'>();
    tf.dispose([tokens, positions, outputs]);
    return values;
  };
  const plain = await outputsOf(Uint32Array.from({ length: 256 }, (_, token) => token));
  const mixed = await outputsOf(order);
  tf.dispose(params as unknown as tf.TensorContainer);
  const width = MODEL.hiddenSize;
  return mixed.reduce(
    (most, value, at) =>
      Math.max(most, Math.abs(value - plain[order[Math.floor(at / width)]! * width + (at % width)]!)),
    0,
  );
}

async function sameNumbers(some: Params, others: Params): Promise<boolean> {
  if (Object.keys(some).sort().join() !== Object.keys(others).sort().join()) return false;
  for (const [name, tensor] of Object.entries(some)) {
    const [own, other] = [await tensor.data(), await others[name]!.data()];
    if (own.some((value, at) => value !== other[at])) return false;
  }
  return true;
}
