import * as tf from '@tensorflow/tfjs';
import { extractFeatures } from '@tgm/eval';
import { randomMasking, seededRandom } from '@tgm/masking';
import { clipModelPatchTextEncoder, videoMaeEncoder } from '@tgm/models';
import {
  constantSchedule,
  maskedBatches,
  sgd,
  shuffled,
  trainer,
  VIEW_CONTRASTS,
  videoMaeTeacher,
  viewContrast,
} from '@tgm/train';
import { bestTokenLies } from '../best-token.js';
import { figure } from '../figure.js';
import { percent } from '../mask-measures.js';
import type { Row } from '../row.js';
import { MODEL, SIZE } from '../settings.js';
import { stepsOf } from '../short-run.js';
import { pretrainedParams } from '../trained-once.js';
import { memory } from '../world-clips.js';

const MOMENTUM = 0.9;

const {
  decoderHiddenSize: _width,
  decoderNumHiddenLayers: _layers,
  decoderNumAttentionHeads: _heads,
  decoderIntermediateSize: _mlp,
  decoderNormEps: _norm,
  ...encoderConfig
} = MODEL;

/** Teachers of our own making: the tiny CLIP, a copy that follows, a frozen autoencoder. */
export const trainedTeacherRows: readonly Row[] = [
  {
    name: 'CLIP as a teacher',
    part: 'teacher',
    runs: 'clipModelPatchTextEncoder value, the tiny CLIP, textCue',
    async run(world) {
      const { engine, clipModel, testClips } = world;
      const encoder = clipModelPatchTextEncoder({ ...clipModel, engine, variant: 'value' });
      const clips = testClips.slice(0, 24);
      const captions = clips.map(({ caption }) => caption!);
      const texts = await encoder.encodeText([...captions, ...captions.slice(12), ...captions.slice(0, 12)]);
      let [own, other] = [0, 0];
      for (const [index, clip] of clips.entries()) {
        const patches = await encoder.encodePatches({ frames: clip.frames, ...SIZE });
        const bestLies = (row: number): boolean =>
          bestTokenLies(
            world,
            clip,
            patches,
            texts.values.subarray(row * texts.width, (row + 1) * texts.width),
          );
        if (bestLies(index)) own += 1;
        if (bestLies(clips.length + index)) other += 1;
      }
      const share = (count: number) => percent((100 * count) / clips.length);
      return figure(
        `the best token lies on the named object in ${share(own)} of unseen clips, by another caption in ${share(other)}`,
        own > 0.8 * clips.length && other < own - 4,
        'the caption points at its object',
      );
    },
  },
  {
    name: 'momentum encoder',
    part: 'teacher',
    runs: `viewContrast byol, target ${MOMENTUM}, two steps of SGD`,
    async run(world) {
      const { engine, clips, signal } = world;
      const model = videoMaeEncoder(encoderConfig, { pixels: world.model.pixels });
      const { projection, predictor, keys } = VIEW_CONTRASTS.byol;
      const objective = viewContrast({
        ...{ model, keys, target: { momentum: MOMENTUM } },
        projection: { ...projection, hidden: 32, width: 16 },
        predictor: { ...predictor, hidden: 32 },
      });
      const masking = randomMasking({ ratio: 0.75 });
      const [name, copy] = ['videomae.embeddings.patch_embeddings.projection.bias', 'view_contrast.target.'];
      const begin = objective.init(seededRandom(0, 'init'), {});
      const before = await begin.params[name]!.data<'float32'>();
      tf.dispose([begin.params, begin.buffers] as unknown as tf.TensorContainer);
      let kept: readonly Promise<Float32Array>[] = [];
      await stepsOf(
        trainer({
          ...{ engine, objective, signal },
          batches: maskedBatches({
            ...{ model, needs: objective.needs, batchSize: 8, seed: 0 },
            examples: shuffled(memory(clips)),
            views: { first: { masking }, second: { masking } },
          }),
          optimizer: sgd(),
          schedule: constantSchedule({ base: 1 }),
          steps: 2,
          seed: 0,
        }),
        (params, buffers) => {
          kept = [params[name]!, buffers[copy + name]!].map((tensor) => tensor.data<'float32'>());
        },
      );
      const [after, followed] = (await Promise.all(kept)) as [Float32Array, Float32Array];
      const moved = Math.max(...after.map((value, at) => Math.abs(value - before[at]!)));
      const lag = Math.max(...followed.map((value, at) => Math.abs(value - before[at]!)));
      return figure(
        `the encoder moved by ${moved.toPrecision(2)}, its copy by ${lag.toPrecision(2)}`,
        lag > 0 && lag < 0.2 * moved,
        'a copy that follows slowly',
      );
    },
  },
  {
    name: 'frozen video autoencoder',
    part: 'teacher',
    runs: "videoMaeTeacher, SALT's first stage",
    async run(world) {
      const { model, engine, clips } = world;
      const params = await pretrainedParams(world);
      const { frames } = clips[0]!;
      const latents = await videoMaeTeacher({ model, params, engine }).features(frames);
      const { values } = await extractFeatures({ engine, model, params, clips: [frames], batchSize: 1 });
      const width = MODEL.hiddenSize;
      let furthest = 0;
      for (const [at, value] of values.entries()) {
        let sum = 0;
        for (let place = at; place < latents.length; place += width) sum += latents[place]!;
        furthest = Math.max(furthest, Math.abs(value - (sum * width) / latents.length));
      }
      return figure(
        `${latents.length / width} latents; their mean is the encoder's feature to ${furthest.toExponential(0)}`,
        latents.length === 256 * width && furthest < 1e-4,
        'latents whose mean is the feature',
      );
    },
  },
];
