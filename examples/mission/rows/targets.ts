import * as tf from '@tensorflow/tfjs';
import { FEATURE_LOSSES, featureLoss, normalisedTarget, tokenLoss } from '@tgm/losses';
import { attentionMasking, blockMasking, causalMasking, randomMasking, seededRandom } from '@tgm/masking';
import { frameTokens, UNIT_PIXELS } from '@tgm/models';
import {
  clipModelTeacher,
  codebookTeacher,
  colourClusters,
  colourTeacher,
  type FeatureTeacher,
  hogTeacher,
  pretrain,
  shuffled,
  standardisedTeacher,
  videoMaeTeacher,
  withFeatures,
} from '@tgm/train';
import { figure } from '../figure.js';
import { keeping } from '../keeping.js';
import type { Row } from '../row.js';
import { seenClips } from '../seen-clips.js';
import { MODEL } from '../settings.js';
import { belowBaseline, byHeart, fewClips, shortRun, shortTraining, stepsOf } from '../short-run.js';
import { CODES, pretrainedParams, trainedCodebook } from '../trained-once.js';
import type { World } from '../world.js';
import { memory } from '../world-clips.js';

const COLOURS = 16;

/** The world's clips with what a teacher says of their tokens. */
const taught = (world: World, teacher: FeatureTeacher, clips = world.clips) =>
  shuffled(withFeatures(memory(clips), keeping(teacher)));

const clipTeacher = ({ clipModel, engine, model }: World, tubelet: 'mean' | 'first' = 'mean') =>
  clipModelTeacher({ ...clipModel, engine, student: model, tubelet });

/** What is predicted of a token. */
export const targetRows: readonly Row[] = [
  {
    name: 'normalised pixels',
    part: 'target',
    runs: "normalisedTarget channel, VideoMAE's",
    async run({ clips }) {
      const tokens = Uint32Array.from({ length: 256 }, (_, token) => token);
      const pixels = frameTokens(clips[0]!.frames, MODEL, tokens, UNIT_PIXELS);
      const computed = await tf
        .tidy(() => normalisedTarget(tf.tensor3d(pixels, [1, 256, pixels.length / 256]), 'channel'))
        .data();
      const furthest = furthestFrom(computed, normalisedByHand(pixels, pixels.length / 256));
      return figure(
        `256 tokens as by hand, the furthest number is ${furthest.toExponential(0)} off`,
        furthest < 1e-3,
        'the same numbers',
      );
    },
  },
  {
    name: 'MaskFeat',
    part: 'target',
    runs: 'hogTeacher, featureLoss hog',
    run: async (world) =>
      belowBaseline(
        await shortRun(world, {
          ...byHeart,
          examples: taught(world, hogTeacher({ student: world.model }), fewClips(world)),
          masking: randomMasking({ ratio: 0.4 }),
          losses: [{ loss: featureLoss(FEATURE_LOSSES.hog), weight: 1 }],
        }),
        'features',
      ),
  },
  {
    name: 'VQ-VAE',
    part: 'target',
    runs: `codebookObjective, ${CODES} codes of tokens`,
    reading: 'a linear code of each token by itself, where VQ-VAE has convolutions',
    async run(world) {
      const { run } = await trainedCodebook(world);
      const { perplexity } = run.steps.at(-1)!.figures;
      const text = `${belowBaseline(run, 'reconstruction')}; perplexity ${perplexity!.toFixed(1)} of ${CODES}`;
      return figure(text, perplexity! > 4, 'more than a few codes in use');
    },
  },
  {
    name: 'BEiT',
    part: 'target',
    runs: 'codebookTeacher, tokenLoss, blockMasking 0.4',
    reading: 'the codebook is the row above, not that of DALL-E',
    async run(world) {
      const { model, params } = await trainedCodebook(world);
      const teacher = codebookTeacher({ model, params, engine: world.engine });
      const run = await shortRun(world, {
        examples: taught(world, teacher),
        masking: blockMasking({ ratio: 0.4 }),
        losses: [{ loss: tokenLoss({ codes: CODES }), weight: 1 }],
      });
      return belowBaseline(run, 'token');
    },
  },
  {
    name: 'iGPT',
    part: 'target',
    runs: `colourTeacher, ${COLOURS} clusters, tokenLoss, causalMasking 0.5`,
    reading: 'one colour a token in place of pixels, slices in place of pixels in order',
    async run(world) {
      const random = seededRandom('mission', 'colours');
      const frames = world.clips.map((clip) => clip.frames);
      const colours = colourClusters(frames, { clusters: COLOURS, pixels: 4096, random });
      const run = await shortRun(world, {
        examples: taught(world, colourTeacher({ colours, student: world.model })),
        masking: causalMasking({ ratio: 0.5 }),
        losses: [{ loss: tokenLoss({ codes: COLOURS }), weight: 1 }],
      });
      return belowBaseline(run, 'token');
    },
  },
  {
    name: 'MILAN',
    part: 'target',
    runs: "featureLoss clip, CLIP's features of masked tokens",
    reading: 'masked tokens alone, and an ordinary decoder',
    run: async (world) =>
      belowBaseline(
        await shortRun(world, {
          examples: taught(world, clipTeacher(world)),
          masking: randomMasking({ ratio: 0.75 }),
          losses: [{ loss: featureLoss(FEATURE_LOSSES.clip), weight: 1 }],
        }),
        'features',
      ),
  },
  {
    name: 'TrackMAE targets',
    part: 'target',
    runs: "featureLoss trackMae, CLIP's features over the clip",
    run: async (world) =>
      belowBaseline(
        await shortRun(world, {
          ...byHeart,
          examples: taught(world, standardisedTeacher(clipTeacher(world, 'first')), fewClips(world)),
          masking: randomMasking({ ratio: 0.75 }),
          losses: [{ loss: featureLoss(FEATURE_LOSSES.trackMae), weight: 1 }],
        }),
        'features',
      ),
  },
  {
    name: 'UMT',
    part: 'target',
    runs: "featureLoss umt, CLIP's features of visible tokens, attentionMasking keep 0.8",
    reading: 'the last block alone, and no layer norm behind the head',
    async run(world) {
      const source = withFeatures(memory(await seenClips(world)), keeping(clipTeacher(world)));
      const run = await stepsOf(
        pretrain({
          ...shortTraining(world),
          examples: shuffled(source),
          masking: attentionMasking({ ratio: 0.8, select: 'keep' }),
          losses: [{ loss: featureLoss(FEATURE_LOSSES.umt), weight: 2 }],
        }),
      );
      return belowBaseline(run, 'visibleFeatures');
    },
  },
  {
    name: 'SALT',
    part: 'target',
    runs: 'videoMaeTeacher of a pixel autoencoder, featureLoss salt',
    reading: "latents behind the encoder's norm, of a teacher of 40 steps",
    async run(world) {
      const { model, engine } = world;
      const teacher = videoMaeTeacher({ model, params: await pretrainedParams(world), engine });
      const run = await shortRun(world, {
        examples: taught(world, teacher),
        masking: blockMasking({ ratio: 0.75 }),
        losses: [{ loss: featureLoss(FEATURE_LOSSES.salt), weight: 1 }],
      });
      return belowBaseline(run, 'features');
    },
  },
];

/** Each channel of each token less its mean, over its unbiased deviation and 1e-6. */
function normalisedByHand(pixels: Float32Array, size: number): Float64Array {
  const result = new Float64Array(pixels.length);
  for (let token = 0; token < pixels.length; token += size) {
    for (let channel = 0; channel < 3; channel++) {
      const places = Array.from({ length: size / 3 }, (_, at) => token + 3 * at + channel);
      const mean = places.reduce((sum, at) => sum + pixels[at]!, 0) / places.length;
      const squares = places.reduce((sum, at) => sum + (pixels[at]! - mean) ** 2, 0);
      const deviation = Math.sqrt(squares / (places.length - 1)) + 1e-6;
      for (const at of places) result[at] = (pixels[at]! - mean) / deviation;
    }
  }
  return result;
}

const furthestFrom = (numbers: ArrayLike<number>, others: Float64Array): number =>
  others.reduce((most, other, at) => Math.max(most, Math.abs(numbers[at]! - other)), 0);
