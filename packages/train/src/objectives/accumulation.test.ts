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
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostTensor, HostTensors } from '../checkpoint/saved-run.js';
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
  ENGINES,
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
const CLIPS = 8;

/** A real objective, and fresh tensors of some of the clips of one and the same batch. */
interface Case<Batch extends TensorTree> {
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
const both = masked('both, of one view', [reconstruction, contrast()]);
const words = { vocabulary: WORDS, encode: () => [], describe: () => ({ is: 'words' }) };
const captionLoss = captionTokenLoss({ tokenizer: words, length: 4, width: 8, heads: 2 });
const CASES = [
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

interface Taken {
  /** What the optimiser got in the last step, after clipping. */
  readonly gradient: HostTensors;
  /** The parameters behind each step. */
  readonly params: readonly HostTensors[];
  readonly average: HostTensors;
  readonly last: StepNumbers;
}

/** Steps on the same batch, whole or in parts of so many clips. */
async function taken(
  engine: Engine,
  { objective, clips }: Case<TensorTree>,
  parts: readonly number[],
  options: { clipNorm?: number; averageDecay?: number; steps?: number } = {},
): Promise<Taken> {
  const { params, buffers = {} } = objective.init(seededRandom('accumulation'), {});
  const layout = vectorLayout(params, objective.group);
  const { clipNorm, averageDecay, steps = 1 } = options;
  const updates = { optimizer: remembering, layout, clipNorm, averageDecay };
  const take = stepper(engine, objective, updates, parts.length, singleProcess());
  let state = await freshState(engine, remembering, layout, params, buffers, averageDecay !== undefined);
  const behind: HostTensors[] = [];
  let last: StepNumbers | undefined;
  for (let step = 0; step < steps; step++) {
    const starts = parts.map((_, at) => parts.slice(0, at).reduce((sum, count) => sum + count, 0));
    const batches = await Promise.all(
      parts.map(async (count, at) => ({ tensors: await clips(starts[at]!, count), clips: count })),
    );
    const done = await take(state, [batches as never], [0.1]);
    state = done.state;
    last = done.steps[0];
    behind.push(copied((await hostState(state, layout)).params));
  }
  const { optimizer, average } = await hostState(state, layout);
  return {
    gradient: copied(optimizer.slots.gradient!),
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
const numbersOf = (tensors: HostTensors, factor = 1): number[] =>
  Object.keys(tensors)
    .sort()
    .flatMap((name) => Array.from(tensors[name]!.data, (value) => value * factor));

const norm = (numbers: readonly number[]): number => Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0));

/** |g - g'| / |g| over all parameters together. */
function apart(gradient: readonly number[], other: readonly number[]): number {
  expect(other).toHaveLength(gradient.length);
  return norm(gradient.map((value, at) => value - other[at]!)) / norm(gradient);
}

describe.each(ENGINES)('a step in parts on $name', { timeout: 120_000 }, ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  it.each(CASES)('has the gradient of the whole batch: $name', async (each) => {
    const whole = await taken(engine, each, [8]);
    const gradient = numbersOf(whole.gradient);
    expect(norm(gradient)).toBeGreaterThan(1e-2);
    for (const parts of [
      [4, 4],
      [2, 2, 2, 2],
      [3, 5],
    ]) {
      const other = await taken(engine, each, parts);
      expect(apart(gradient, numbersOf(other.gradient)), parts.join()).toBeLessThan(1e-5);
      expect(other.last.total).toBeCloseTo(whole.last.total, 5);
      expect(Object.keys(other.last.figures).sort()).toEqual(Object.keys(whole.last.figures).sort());
    }
    // The mean of what each half learns alone, as other programs accumulate.
    const first = { ...each, clips: (_: number, count: number) => each.clips(0, count) };
    const second = { ...each, clips: (_: number, count: number) => each.clips(4, count) };
    const halves = [await taken(engine, first, [4]), await taken(engine, second, [4])];
    const [a, b] = halves.map((half) => numbersOf(half.gradient, 0.5));
    const mean = a!.map((value, at) => value + b![at]!);
    if (each.compares) expect(apart(gradient, mean)).toBeGreaterThan(1e-2);
    else expect(apart(gradient, mean)).toBeLessThan(1e-5);
  });

  it('is clipped behind the sum, by the norm of all gradients', async () => {
    const each = both as unknown as Case<TensorTree>;
    const free = numbersOf((await taken(engine, each, [8])).gradient);
    const length = norm(free);
    const clipNorm = length / 4;
    // PyTorch's clip_grad_norm_: g times min(1, clipNorm / (|g| + 1e-6)).
    const clipped = free.map((value) => value * Math.min(1, clipNorm / (length + 1e-6)));
    for (const parts of [[8], [4, 4], [2, 2, 2, 2]]) {
      const { gradient, last } = await taken(engine, each, parts, { clipNorm });
      expect(apart(clipped, numbersOf(gradient)), parts.join()).toBeLessThan(1e-5);
      expect(last.gradientNorm! / length).toBeCloseTo(1, 5);
      const longer = await taken(engine, each, parts, { clipNorm: 2 * length });
      expect(apart(free, numbersOf(longer.gradient)), parts.join()).toBeLessThan(1e-5);
    }
  });

  it('moves the average as often as the parameters, once a step', async () => {
    const each = both as unknown as Case<TensorTree>;
    const decay = 0.15;
    const start = each.objective.init(seededRandom('accumulation'), {}).params;
    const before: Record<string, HostTensor> = {};
    for (const [name, value] of Object.entries(start)) {
      before[name] = { shape: value.shape, data: await value.data<'float32'>() };
    }
    for (const parts of [[8], [4, 4], [2, 2, 2, 2]]) {
      const { params, average } = await taken(engine, each, parts, { averageDecay: decay, steps: 3 });
      // It keeps (1 + t) / (10 + t) of itself as long as that is less than the decay.
      const expected = params.reduce((mean, behind, step) => {
        const kept = Math.min(decay, (1 + step) / (10 + step));
        return numbersOf(behind).map((value, at) => kept * mean[at]! + (1 - kept) * value);
      }, numbersOf(before));
      expect(apart(expected, numbersOf(average)), parts.join()).toBeLessThan(1e-6);
      expect(apart(numbersOf(params.at(-1)!), expected)).toBeGreaterThan(1e-4);
    }
  });
});
