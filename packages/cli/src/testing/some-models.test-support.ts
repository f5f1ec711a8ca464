import * as tf from '@tensorflow/tfjs';
import { contrastiveLoss, reconstructionLoss } from '@tgm/losses';
import { randomMasking, seededRandom } from '@tgm/masking';
import {
  saveVideoMae,
  saveVideoMaeClassifier,
  type VideoMaeConfig,
  videoMae,
  videoMaeClassifier,
} from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { adamW, constantSchedule, type Examples, embedCaptions, pretrain, shuffled } from '@tgm/train';

/** A model of 2 frames of 16 x 16 in 4 tokens. */
export const TINY: VideoMaeConfig = {
  numFrames: 2,
  imageSize: 16,
  patchSize: 8,
  tubeletSize: 2,
  layerNormEps: 1e-6,
  decoderNormEps: 1e-6,
  hiddenSize: 24,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  intermediateSize: 48,
  decoderHiddenSize: 12,
  decoderNumHiddenLayers: 1,
  decoderNumAttentionHeads: 2,
  decoderIntermediateSize: 24,
};

/** Writes an untrained model. */
export async function writeEncoder(folder: string): Promise<void> {
  const model = videoMae(TINY);
  const params = model.init(seededRandom('tiny'));
  await saveVideoMae(folder, model, params);
  tf.dispose(params);
}

/** Writes an untrained classifier. */
export async function writeClassifier(
  folder: string,
  labels: readonly string[] | Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  const model = videoMaeClassifier({ ...TINY, poolNormEps: 1e-6, labels });
  const drawn = model.init(seededRandom('classifier'));
  // Heads begin at nearly nothing; these tell clips apart.
  const random = seededRandom('head');
  const params = Object.fromEntries(
    Object.entries(drawn).map(([name, tensor]) => [
      name,
      name.startsWith('classifier.')
        ? tf.tensor(
            Float32Array.from({ length: tensor.size }, () => random() - 0.5),
            tensor.shape,
          )
        : tensor,
    ]),
  );
  await saveVideoMaeClassifier(folder, model, params);
  tf.dispose([drawn, params]);
}

/** A pre-training on clips of one colour with their captions, with contrast; it writes a run's folder. */
export interface JointRun {
  readonly folder: string;
  readonly engine: Engine;
  readonly encoder: Parameters<typeof embedCaptions>[0];
  /** Captions and the colour that clips of each have, 0-255. */
  readonly colours: Readonly<Record<string, readonly [number, number, number]>>;
  readonly steps: number;
  /** Checkpoints. Default: one at the end. */
  readonly every?: number;
}

export async function writeJointRun(run: JointRun): Promise<void> {
  const { folder, engine, encoder, colours, steps, every = steps } = run;
  const captions = Object.keys(colours);
  const texts = await embedCaptions(encoder, captions);
  const examples: Examples<object> = shuffled({
    length: 8 * captions.length,
    perSample: 1,
    textWidth: texts.width,
    id: (index) => `clip ${index}`,
    describe: () => ({ is: 'colours', texts: texts.describe() }),
    async load(index, random) {
      const caption = captions[index % captions.length]!;
      const colour = colours[caption]!;
      const frames = Uint8Array.from({ length: 2 * 16 * 16 * 3 }, (_, at) =>
        Math.min(255, colour[at % 3]! * (0.8 + 0.4 * random())),
      );
      const textEmbedding = texts.of(caption)!;
      return [{ id: `clip ${index}`, frames, cues: {}, caption, textEmbedding }];
    },
  });
  const events = pretrain({
    model: videoMae(TINY),
    examples,
    engine,
    masking: randomMasking({ ratio: 0.5 }),
    losses: [
      { loss: reconstructionLoss(), weight: 1 },
      { loss: contrastiveLoss(), weight: 1 },
    ],
    batchSize: 8,
    optimizer: adamW(),
    schedule: constantSchedule({ base: 3e-3 }),
    steps,
    seed: 0,
    checkpoint: { folder, every, keep: 3 },
  });
  for await (const event of events) if (event.type === 'end') tf.dispose([event.params, event.buffers]);
}
