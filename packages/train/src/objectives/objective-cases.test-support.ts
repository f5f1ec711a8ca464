import * as tf from '@tensorflow/tfjs';
import {
  adversarialMaskLoss,
  contrastiveLoss,
  featureLoss,
  type Loss,
  reconstructionLoss,
  samplingLoss,
} from '@tgm/losses';
import { seededRandom } from '@tgm/masking';
import { drawDropPath, patchCodebook } from '@tgm/models';
import type { Engine, TensorTree } from '@tgm/tfjs-backend-onnx';
import type { HostTensors } from '../checkpoint/saved-run.js';
import type { Collective } from '../collective/collective.js';
import { singleProcess } from '../collective/single-process.js';
import { imageTextBatches } from '../data/image-text-batches.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { zerosLike } from '../optimizers/zeros-like.js';
import type { Objective } from '../trainer/objective.js';
import { vectorLayout } from '../trainer/parameter-vectors.js';
import { freshState, hostState } from '../trainer/run-state.js';
import { type StepNumbers, stepper } from '../trainer/stepper.js';
import { captionTokenLoss } from './caption-tokens/caption-token-loss.js';
import { classificationObjective, type LabelledBatch } from './classification-objective.js';
import type { ClipModelBatch } from './clip-model-batch.js';
import { clipModelObjective } from './clip-model-objective.js';
import { codebookObjective } from './codebook/codebook-objective.js';
import { adaptiveMasking } from './graph-masking/adaptive-masking.js';
import { autoMasking } from './graph-masking/auto-masking.js';
import type { GraphMasking } from './graph-masking/graph-masking.js';
import { teacherAttentionMasking } from './graph-masking/teacher-attention-masking.js';
import type { MaskedBatch } from './masked-batch.js';
import { maskedObjective } from './masked-objective.js';
import {
  clipsFrom,
  TEXT_WIDTH,
  TINY,
  tinyBatch,
  tinyClassifier,
  tinyModel,
  WORDS,
} from './tiny-batch.test-support.js';
import { colours, letters, tinyClipModel } from './tiny-clip-model.test-support.js';
import { PRESETS, type PresetName, small } from './view-contrast/small-presets.test-support.js';
import { viewBatch } from './view-contrast/view-batch.test-support.js';
import { viewContrast } from './view-contrast/view-contrast.js';

/** Clips of a step. */
export const CLIPS = 8;

/** A real objective, and fresh tensors of some of the clips of one and the same batch. */
export interface Case<Batch extends TensorTree> {
  readonly name: string;
  readonly objective: Objective<Batch>;
  clips(from: number, count: number): Promise<Batch>;
  /** Whether a clip's gradient depends on the other clips. */
  readonly compares: boolean;
}

function masked(
  name: string,
  losses: readonly { loss: Loss; weight: number }[],
  decoded = 3,
): Case<MaskedBatch> {
  const model = tinyModel({ numHiddenLayers: 2, positions: 'separable' });
  return {
    name,
    compares: losses.some(({ loss }) => loss.kind === 'batch'),
    objective: maskedObjective({ model, losses, textWidth: TEXT_WIDTH, featureWidth: 4 }),
    async clips(from, count) {
      const whole = tinyBatch(model, CLIPS, 'accumulation');
      const { views, reconstruct } = clipsFrom(whole, from, count);
      const asked = views.reconstruct && reconstruct;
      const batch = {
        ...clipsFrom(whole, from, count),
        reconstruct: {
          ...asked!,
          masked: tf.slice(asked!.masked, [0, 0], [-1, decoded]),
          pixels: tf.slice(asked!.pixels!, [0, 0, 0], [-1, decoded, -1]),
        },
      };
      tf.dispose(whole as never);
      return batch;
    },
  };
}

/** A mask that is chosen in the graph, with a second view that compares clips. */
function chosen(masking: GraphMasking, losses: readonly { loss: Loss; weight: number }[]): Case<MaskedBatch> {
  const model = tinyModel({ numHiddenLayers: 2, positions: 'separable' });
  return {
    name: `a mask of the graph, ${masking.name}`,
    compares: losses.some(({ loss }) => loss.kind === 'batch'),
    objective: maskedObjective({ model, losses, textWidth: TEXT_WIDTH, masking }),
    async clips(from, count) {
      const random = seededRandom('chosen');
      const noise = Array.from({ length: CLIPS }, () => [...masking.noise(random, model.grid)]);
      const drawn = (length: number) =>
        tf.tensor3d(Float32Array.from({ length: CLIPS * 8 * length }, random), [CLIPS, 8, length]);
      const batch = tinyBatch(model, CLIPS, 'accumulation');
      const { views, reconstruct: _, ...rest } = batch;
      const whole = {
        tokens: drawn(model.tokenSize),
        pixels: drawn(2 * 8 * 8 * 3),
        noise: tf.tensor2d(noise),
        cues: {},
      };
      return clipsFrom({ ...rest, views: { contrast: views.contrast }, whole } as MaskedBatch, from, count);
    },
  };
}

const images: Case<ClipModelBatch> = (() => {
  const [model, tokenizer] = [tinyClipModel(), letters()];
  return {
    name: 'images and texts',
    compares: true,
    objective: clipModelObjective({
      model,
      tokenizer,
      patchTerm: { weight: 0.5 },
      paraphraseTerm: { weight: 2 },
    }),
    async clips(from, count) {
      const all = imageTextBatches({ model, tokenizer, pairs: colours(16), batchSize: CLIPS, seed: 5 });
      const stream = await all.open();
      const { texts, images } = (await stream.next())!.tensors;
      await stream.close();
      // The texts of the images, further ones, and the paraphrases of both, eight each.
      const cut = <Rank extends tf.Rank>(tensor: tf.Tensor<Rank>): tf.Tensor<Rank> =>
        tf.concat(
          Array.from({ length: tensor.shape[0]! / CLIPS }, (_, at) =>
            tf.slice(tensor, from + at * CLIPS, count),
          ),
        ) as tf.Tensor<Rank>;
      return {
        texts: {
          tokenIds: cut(texts.tokenIds),
          endPositions: cut(texts.endPositions),
          meaning: cut(texts.meaning!),
        },
        images: {
          patches: cut(images!.patches),
          matchKey: cut(images!.matchKey),
          sampleKey: cut(images!.sampleKey),
        },
      };
    },
  };
})();

const labels: Case<LabelledBatch> = (() => {
  const model = tinyClassifier();
  return {
    name: 'labels in shares, with drop path',
    compares: false,
    objective: classificationObjective({ model, smoothing: 0.1, layerDecay: 0.5 }),
    async clips(from, count) {
      const random = seededRandom('labels');
      const tokens = tf.tensor3d(Float32Array.from({ length: CLIPS * 8 * model.tokenSize }, random), [
        CLIPS,
        8,
        model.tokenSize,
      ]);
      const shares = Array.from({ length: CLIPS }, random);
      const factors = drawDropPath({ rate: 0.5, layers: 2, batch: CLIPS }, random);
      return {
        tokens: tf.slice(tokens, from, count),
        labels: tf.slice(tf.tensor2d(shares.map((share) => [share, 1 - share, 0])), from, count),
        dropPath: tf.slice(tf.tensor3d(factors, [2, 2, CLIPS]), [0, 0, from], [-1, -1, count]),
      };
    },
  };
})();

/** A queue tells a clip apart from those of earlier steps alone. */
const QUEUES: readonly PresetName[] = ['mocoV1', 'mocoV2'];

const views = PRESETS.map((name): Case<MaskedBatch> => {
  const options = small(name);
  const objective = viewContrast(options);
  return {
    name: `views, ${name}`,
    compares: !QUEUES.includes(name),
    objective,
    async clips(from, count) {
      const samples = [0, 1, 2, 3, 4, 1, 6, 7];
      return clipsFrom(viewBatch(options.model, objective.needs.views, samples, 'views'), from, count);
    },
  };
});

const codebook: Case<MaskedBatch> = (() => {
  const { imageSize, patchSize, numFrames, tubeletSize } = TINY;
  const model = patchCodebook({ imageSize, patchSize, numFrames, tubeletSize, codes: 5, codeWidth: 3 });
  return {
    name: 'a codebook of tokens',
    compares: false,
    objective: codebookObjective({ model }),
    async clips(from, count) {
      const { views, sampleKey } = tinyBatch(tinyModel(), CLIPS, 'codebook');
      return clipsFrom({ views: { tokens: views.reconstruct }, sampleKey }, from, count);
    },
  };
})();

const reconstruction = { loss: reconstructionLoss(), weight: 1 };
const contrast = (view?: string) => ({ loss: contrastiveLoss(view ? { view } : {}), weight: 0.5 });
export const both = masked('both, of one view', [reconstruction, contrast()]);
const words = { vocabulary: WORDS, encode: () => [], describe: () => ({ is: 'words' }) };
const captionLoss = captionTokenLoss({ tokenizer: words, length: 4, width: 8, heads: 2 });
/** Every kind of objective, with what it compares. */
export const CASES = [
  masked('hidden words of captions', [{ loss: captionLoss, weight: 1 }]),
  masked('reconstruction', [reconstruction]),
  masked('contrast', [contrast()]),
  both,
  masked('both, of two views, not all of what is masked decoded', [reconstruction, contrast('contrast')], 2),
  masked('features of hidden and of visible tokens', [
    { loss: featureLoss({ tokens: 'masked', normalise: 'layer' }), weight: 1 },
    { loss: featureLoss({ tokens: 'visible', distance: 'cosine' }), weight: 2 },
  ]),
  chosen(adaptiveMasking({ ratio: 0.5 }), [reconstruction, { loss: samplingLoss(), weight: 1 }]),
  chosen(autoMasking({ ratio: 0.5 }), [
    reconstruction,
    contrast('contrast'),
    { loss: adversarialMaskLoss({ grid: tinyModel().grid }), weight: 0.2 },
  ]),
  chosen(teacherAttentionMasking({ ratio: 0.5, momentum: 0.5 }), [reconstruction]),
  images,
  labels,
  codebook,
  ...views,
] as unknown as readonly Case<TensorTree>[];

/** Remembers the gradients that it was given, and descends along them. */
const remembering: Optimizer = {
  init: (params) => ({ step: tf.scalar(0), slots: { gradient: zerosLike(params) } }),
  update: (gradients, { step }, params, rate) => ({
    params: Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, tf.sub(value, tf.mul(gradients[name]!, rate))]),
    ),
    state: { step: tf.add(step, 1), slots: { gradient: gradients } },
  }),
  describe: () => ({ is: 'remembering' }),
};

export interface Taken {
  /** What the optimiser got in the last step, after clipping. */
  readonly gradient: HostTensors;
  /** The same of the first step. */
  readonly first: HostTensors;
  /** The parameters behind each step. */
  readonly params: readonly HostTensors[];
  readonly average: HostTensors;
  readonly last: StepNumbers;
}

/** Some of the clips of a batch, from one of them. */
export interface Part {
  readonly from: number;
  readonly count: number;
}

/** Parts of so many clips, one behind the other. */
export const consecutive = (counts: readonly number[]): Part[] =>
  counts.map((count, at) => ({ from: counts.slice(0, at).reduce((sum, each) => sum + each, 0), count }));

/** A rank's parts where it has an equal share of each of so many batches. */
export function shareOfRank({ rank, size }: Collective, batches: number): Part[] {
  const [batch, count] = [CLIPS / batches, CLIPS / batches / size];
  return Array.from({ length: batches }, (_, at) => ({ from: at * batch + rank * count, count }));
}

/** Steps on the same batch, whole or in parts. */
export async function taken(
  engine: Engine,
  { objective, clips }: Case<TensorTree>,
  parts: readonly Part[],
  options: { clipNorm?: number; averageDecay?: number; steps?: number; collective?: Collective } = {},
): Promise<Taken> {
  const { params, buffers = {} } = objective.init(seededRandom('accumulation'), {});
  const layout = vectorLayout(params, objective.group);
  const { clipNorm, averageDecay, steps = 1, collective = singleProcess() } = options;
  const updates = { optimizer: remembering, layout, clipNorm, averageDecay };
  const take = stepper(engine, objective, updates, parts.length, collective);
  let state = await freshState(engine, remembering, layout, params, buffers, averageDecay !== undefined);
  const behind: HostTensors[] = [];
  const gradients: HostTensors[] = [];
  let last: StepNumbers | undefined;
  for (let step = 0; step < steps; step++) {
    const batches = await Promise.all(
      parts.map(async ({ from, count }) => ({ tensors: await clips(from, count), clips: count })),
    );
    const done = await take(state, [batches as never], [0.1]);
    state = done.state;
    last = done.steps[0];
    const host = await hostState(state, layout);
    behind.push(copied(host.params));
    gradients.push(copied(host.optimizer.slots.gradient!));
  }
  const { average } = await hostState(state, layout);
  return {
    gradient: gradients.at(-1)!,
    first: gradients[0]!,
    params: behind,
    average: copied(average ?? {}),
    last: last!,
  };
}

const copied = (tensors: HostTensors): HostTensors =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]),
  );

/** All numbers of named tensors, in the order of the names, times a factor. */
export const numbersOf = (tensors: HostTensors, factor = 1): number[] =>
  Object.keys(tensors)
    .sort()
    .flatMap((name) => Array.from(tensors[name]!.data, (value) => value * factor));

export const norm = (numbers: readonly number[]): number =>
  Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0));

/** |g - g'| / |g| over all parameters together. */
export function apart(gradient: readonly number[], other: readonly number[]): number {
  if (other.length !== gradient.length) throw new Error(`${other.length} numbers, not ${gradient.length}`);
  return norm(gradient.map((value, at) => value - other[at]!)) / norm(gradient);
}
