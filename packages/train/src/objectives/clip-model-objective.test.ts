import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { loadClipModel, type Params } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { latestCheckpoint } from '../checkpoint/find-checkpoint.js';
import { imageTextBatches } from '../data/image-text-batches.js';
import { adamW } from '../optimizers/adamw.js';
import { sgd } from '../optimizers/sgd.js';
import { constantSchedule } from '../schedules/constant.js';
import type { Batches } from '../trainer/batches.js';
import type { EndEvent, StepEvent } from '../trainer/events.js';
import { weightedSum } from '../trainer/step.js';
import { trainer } from '../trainer/trainer.js';
import type { TrainerOptions } from '../trainer/trainer-options.js';
import type { ClipModelBatch } from './clip-model-batch.js';
import { type ClipModelObjectiveOptions, clipModelObjective } from './clip-model-objective.js';
import { ENGINES } from './tiny-batch.test-support.js';
import { colours, letters, tinyClipModel } from './tiny-clip-model.test-support.js';

const model = tinyClipModel();
const tokenizer = letters();
const both = { patchTerm: { weight: 0.5 }, paraphraseTerm: { weight: 2 } };
const objectiveOf = (options: Partial<ClipModelObjectiveOptions> = both) =>
  clipModelObjective({ model, tokenizer, ...options });

type BatchesOptions = Partial<Parameters<typeof imageTextBatches>[0]>;
const batchesOf = (options: BatchesOptions = {}) =>
  imageTextBatches({ model, tokenizer, pairs: colours(16), batchSize: 8, seed: 5, ...options });

async function firstBatch(options?: BatchesOptions): Promise<ClipModelBatch> {
  return (await (await batchesOf(options).open()).next())!.tensors;
}

/** Terms, figures and total of a whole batch, as a step computes them. */
function computed(options: Partial<ClipModelObjectiveOptions>, params: Params, batch: ClipModelBatch) {
  const objective = objectiveOf(options);
  const { rows } = objective.part(params, {}, batch);
  const { terms, figures } = objective.whole!(params, {}, rows!);
  return { terms, figures: figures!, total: weightedSum(objective, terms) };
}

const numbers = async (tensors: Readonly<Record<string, tf.Tensor>>): Promise<Record<string, number>> =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(tensors).map(async ([name, tensor]) => [name, (await tensor.data())[0]!] as const),
    ),
  );

const unit = (row: readonly number[]) => row.map((value) => value / Math.hypot(...row));

/** CLIP's loss in double precision; `same` says which pairs are no negatives. */
function byHand(
  rows: readonly number[][],
  columns: readonly number[][],
  scale: number,
  same: (row: number, column: number) => boolean,
): number {
  const logit = (row: number, column: number) =>
    scale * unit(rows[row]!).reduce((sum, value, at) => sum + value * unit(columns[column]!)[at]!, 0);
  const all = [...rows.keys()];
  const entropy = (own: number, logitOf: (other: number) => number) => {
    const others = all.filter((other) => other === own || !same(own, other));
    return Math.log(others.reduce((sum, other) => sum + Math.exp(logitOf(other)), 0)) - logitOf(own);
  };
  const losses = all.map(
    (own) => entropy(own, (other) => logit(own, other)) + entropy(own, (other) => logit(other, own)),
  );
  return losses.reduce((sum, loss) => sum + loss, 0) / (2 * rows.length);
}

async function run(options: TrainerOptions<ClipModelBatch>) {
  const steps: StepEvent[] = [];
  let end: EndEvent | undefined;
  for await (const event of trainer(options)) {
    if (event.type === 'step') steps.push(event);
    if (event.type === 'end') end = event;
  }
  const params: Record<string, Float32Array> = {};
  for (const [name, tensor] of Object.entries(end!.params))
    params[name] = (await tensor.data()) as Float32Array;
  tf.dispose(end!.params as tf.NamedTensorMap);
  return { steps, params };
}

/** One batch again and again. */
function given(parts: readonly { tensors: ClipModelBatch; clips: number }[]): Batches<ClipModelBatch> {
  return {
    describe: () => ({ is: 'given' }),
    open() {
      let next = 0;
      return {
        async next() {
          const { tensors, clips } = parts[next++ % parts.length]!;
          const copy = {
            texts: copied(tensors.texts),
            ...(tensors.images ? { images: copied(tensors.images) } : {}),
          };
          const ids = Array.from({ length: clips }, (_, row) => `${row}`);
          return { tensors: copy, ids, clips, after: next, replaced: [], release() {} };
        },
        async close() {},
      };
    },
  };
}

const copied = <Tensors extends Readonly<Record<string, tf.Tensor | undefined>>>(tensors: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(tensors).flatMap(([name, tensor]) => (tensor ? [[name, tf.clone(tensor)]] : [])),
  ) as Tensors;

describe.each(ENGINES)('the objective of CLIP on $name', ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  it('has the terms that are computed by hand from the embeddings', async () => {
    const { params } = objectiveOf().init(seededRandom('terms'), {});
    const batch = await firstBatch();
    const step = engine.compile((inputs: { params: Params; batch: ClipModelBatch }) => {
      const { texts, images } = inputs.batch;
      const { terms, figures, total } = computed(both, inputs.params, inputs.batch);
      const { matchKey, sampleKey, ...rest } = images!;
      const swapped = { texts, images: { ...rest, matchKey: sampleKey, sampleKey: matchKey } };
      return {
        scalars: { ...terms, ...figures, total, ofSamples: computed({}, inputs.params, swapped).total },
        image: model.encodeImage(inputs.params, images!.patches),
        patches: model.patchFeatures(inputs.params, images!.patches, 'value'),
        texts: model.encodeText(inputs.params, texts.tokenIds, texts.endPositions),
      };
    });
    const found = await step({ params, batch });
    const image = (await found.image.array()) as number[][];
    const text = (await found.texts.array()) as number[][];
    const patches = ((await found.patches.array()) as number[][][]).map((rows) => {
      const units = rows.map(unit);
      return rows[0]!.map((_, at) => units.reduce((sum, row) => sum + row[at]!, 0) / rows.length);
    });
    const match = (await batch.images!.matchKey.array()).map(String);
    const meaning = (await batch.texts.meaning!.array()).map(String);
    const expected = {
      image: byHand(image, text.slice(0, 8), 1 / 0.07, (i, j) => match[i] === match[j]),
      patches: byHand(patches, text.slice(0, 8), 1 / 0.07, (i, j) => match[i] === match[j]),
      paraphrase: byHand(text.slice(0, 16), text.slice(16), 10, (i, j) => meaning[i] === meaning[j]),
    };
    const { total, scale, ofSamples, ...rest } = await numbers(found.scalars);
    for (const [name, value] of Object.entries(expected)) expect(rest[name], name).toBeCloseTo(value, 4);
    expect(total).toBeCloseTo(expected.image + 0.5 * expected.patches + 2 * expected.paraphrase, 3);
    expect(scale).toBeCloseTo(1 / 0.07, 3);
    // Pairs of one sample are no negatives either.
    expect(ofSamples).toBeCloseTo(expected.image, 4);
    const others = (keys: readonly string[]) =>
      keys.flatMap((key) => keys.filter((other) => other !== key)).length / keys.length;
    expect(rest['image negatives']).toBeCloseTo(others(match), 4);
    expect(rest['paraphrase negatives']).toBeCloseTo(others(meaning), 4);
    // Each baseline is what its term is of rows that are all alike.
    const chance = (keys: readonly string[]) => {
      const alike = keys.map(() => [1, 0]);
      return byHand(alike, alike, 7, (i, j) => keys[i] === keys[j]);
    };
    expect(rest['image baseline']).toBeCloseTo(chance(match), 4);
    expect(rest['patches baseline']).toBeCloseTo(chance(match), 4);
    expect(rest['paraphrase baseline']).toBeCloseTo(chance(meaning), 4);
    expect(new Set(match).size).toBeLessThan(8);
  });

  it('never scales cosines by more than 100, and lets the scale come back', async () => {
    const { params } = objectiveOf().init(seededRandom('scale'), {});
    const batch = await firstBatch();
    const step = engine.compile((inputs: { params: Params; batch: ClipModelBatch }) => {
      const at = (scale: number) => {
        const total = (logScale: tf.Tensor) =>
          computed({}, { ...inputs.params, logit_scale: logScale }, inputs.batch).total;
        const { figures } = computed(
          {},
          { ...inputs.params, logit_scale: tf.scalar(Math.log(scale)) },
          inputs.batch,
        );
        return { scale: figures.scale!, slope: tf.grad(total)(tf.scalar(Math.log(scale))) };
      };
      return { within: at(50), beyond: at(5000) };
    });
    const { within, beyond } = await step({ params, batch });
    const [inside, outside] = [await numbers(within), await numbers(beyond)];
    expect(inside.scale).toBeCloseTo(50, 2);
    expect(outside.scale).toBeCloseTo(100, 2);
    // A fresh model gains by smaller cosines.
    expect(inside.slope).toBeGreaterThan(0);
    expect(outside.slope).toBeGreaterThan(0);
  });

  it('has gradients that agree with finite differences, with patches dropped', async () => {
    const { params } = objectiveOf().init(seededRandom('gradients'), {});
    const batch = await firstBatch({ dropPatches: 0.5 });
    expect(batch.images!.positions!.shape).toEqual([8, 8]);
    const names = [
      'logit_scale',
      'text_projection.weight',
      'visual_projection.weight',
      'text_model.embeddings.token_embedding.weight',
      'vision_model.embeddings.class_embedding',
      'vision_model.embeddings.position_embedding.weight',
      'vision_model.encoder.layers.1.self_attn.v_proj.weight',
    ];
    const values = names.map((name) => params[name]!);
    const totalAt = (given: Params, tensors: readonly tf.Tensor[], of: ClipModelBatch) =>
      computed(both, { ...given, ...Object.fromEntries(names.map((name, at) => [name, tensors[at]!])) }, of)
        .total;
    const slopes = engine.compile((inputs: { params: Params; values: tf.Tensor[]; batch: ClipModelBatch }) =>
      tf.grads((...tensors) => totalAt(inputs.params, tensors, inputs.batch))(inputs.values),
    );
    const total = engine.compile((inputs: { params: Params; values: tf.Tensor[]; batch: ClipModelBatch }) =>
      totalAt(inputs.params, inputs.values, inputs.batch),
    );
    const gradients = await slopes({ params, values, batch });
    for (const [at, name] of names.entries()) {
      const gradient = gradients[at]!;
      const square = Array.from(await gradient.data()).reduce((sum, value) => sum + value * value, 0);
      // Along the gradient itself the total rises by |g|^2 a step.
      const step = 0.02 / square;
      const moved = async (by: number) => {
        const there = values.map((value, each) =>
          each === at ? tf.add(value, tf.mul(gradient, by)) : value,
        );
        return (await (await total({ params, values: there, batch })).data())[0]!;
      };
      const rise = ((await moved(step)) - (await moved(-step))) / (2 * step);
      expect(rise / square, name).toBeGreaterThan(0.98);
      expect(rise / square, name).toBeLessThan(1.02);
    }
  });

  const oneStep = { optimizer: sgd({ momentum: 0, weightDecay: 0 }), seed: 2, steps: 1 };
  /** So large that a step is the gradient many times over, whose digits the difference of parameters then keeps. */
  const RATE = 1e4;

  /** The gradient of a step, out of what the step changed. */
  async function gradientOf(options: Pick<TrainerOptions<ClipModelBatch>, 'batches' | 'accumulate'>) {
    const base = { engine, objective: objectiveOf(), ...oneStep, ...options };
    const before = await run({ ...base, schedule: constantSchedule({ base: 0 }) });
    const after = await run({ ...base, schedule: constantSchedule({ base: RATE }) });
    const gradient = Object.keys(before.params).flatMap((name) =>
      Array.from(before.params[name]!, (value, at) => (value - after.params[name]![at]!) / RATE),
    );
    return { gradient, terms: after.steps[0]!.terms };
  }

  function expectEqual(
    one: Awaited<ReturnType<typeof gradientOf>>,
    other: Awaited<ReturnType<typeof gradientOf>>,
  ): void {
    const difference = Math.hypot(...one.gradient.map((value, at) => value - other.gradient[at]!));
    expect(difference / Math.hypot(...one.gradient)).toBeLessThan(1e-5);
    expect(Object.keys(one.terms)).toEqual(Object.keys(other.terms));
    for (const [name, value] of Object.entries(one.terms)) expect(other.terms[name]).toBeCloseTo(value, 4);
  }

  it('in two halves equals the whole batch', async () => {
    const whole = await gradientOf({ batches: batchesOf({ dropPatches: 0.25 }) });
    const halves = await gradientOf({
      batches: batchesOf({ dropPatches: 0.25, batchSize: 4 }),
      accumulate: 2,
    });
    expectEqual(halves, whole);
    const half = await gradientOf({ batches: batchesOf({ dropPatches: 0.25, batchSize: 4 }) });
    expect(Math.abs(half.terms.image! - whole.terms.image!)).toBeGreaterThan(0.1);
  });

  it('with a half of texts alone equals the whole batch', async () => {
    const [images, texts] = [
      await firstBatch({ batchSize: 4 }),
      await firstBatch({ batchSize: 4, seed: 6, pairs: colours(16, () => false) }),
    ];
    expect(texts.images).toBeUndefined();
    const halves = [images.texts, texts.texts].map(({ tokenIds, endPositions }) => ({
      ids: tf.split(tokenIds, 2) as tf.Tensor2D[],
      ends: tf.split(endPositions, 2) as tf.Tensor1D[],
    }));
    const ordered = <Rank extends tf.Rank>(of: (half: (typeof halves)[0]) => tf.Tensor<Rank>[]) =>
      tf.concat([0, 1].flatMap((which) => halves.map((half) => of(half)[which]!))) as tf.Tensor<Rank>;
    const whole: ClipModelBatch = {
      texts: {
        tokenIds: ordered(({ ids }) => ids),
        endPositions: ordered(({ ends }) => ends),
        meaning: tf.concat([images.texts.meaning!, texts.texts.meaning!]),
      },
      images: images.images!,
    };
    const parts = [
      { tensors: texts, clips: 4 },
      { tensors: images, clips: 4 },
    ];
    expectEqual(
      await gradientOf({ batches: given(parts), accumulate: 2 }),
      await gradientOf({ batches: given([{ tensors: whole, clips: 8 }]) }),
    );
  });

  it('leaves the image tower as it is where batches hold texts alone', async () => {
    const options = {
      engine,
      objective: objectiveOf(),
      batches: batchesOf({ pairs: colours(16, () => false) }),
      optimizer: adamW({ weightDecay: 0.5 }),
      seed: 2,
    };
    const trained = await run({ ...options, schedule: constantSchedule({ base: 0.01 }), steps: 3 });
    const fresh = await run({ ...options, schedule: constantSchedule({ base: 0 }), steps: 1 });
    expect(Object.keys(trained.steps[0]!.terms)).toEqual(['paraphrase']);
    for (const [name, values] of Object.entries(fresh.params)) {
      const unchanged = values.every((value, at) => value === trained.params[name]![at]);
      expect(unchanged, name).toBe(name === 'logit_scale' || name.startsWith('vis'));
    }
  });
});

describe('the objective of CLIP', () => {
  let engine: Engine;
  let folder: string;
  beforeAll(async () => {
    engine = await ENGINES.find(({ name }) => name === 'onnx')!.make();
    folder = await mkdtemp(join(tmpdir(), 'clip-objective-'));
  });
  afterAll(async () => {
    await engine.dispose();
    await rm(folder, { recursive: true });
  });

  it('learns from half of the patches, so that all of them tell the colours', {
    timeout: 60_000,
  }, async () => {
    const options = {
      engine,
      objective: objectiveOf(),
      batches: batchesOf({ dropPatches: 0.5, pairs: colours(64), batchSize: 16 }),
      optimizer: adamW(),
      schedule: constantSchedule({ base: 5e-3 }),
      steps: 60,
      seed: 2,
    };
    const { steps, params } = await run(options);
    const first = steps[0]!.terms;
    const last = steps.slice(-5).map(({ terms }) => terms);
    for (const name of ['image', 'patches', 'paraphrase']) {
      const mean = last.reduce((sum, terms) => sum + terms[name]! / 5, 0);
      expect(mean, name).toBeLessThan(first[name]! - 1);
    }
    // Fresh images, whole.
    const trained = Object.fromEntries(
      Object.entries(params).map(([name, values]) => {
        const { shape } = model.parameters.find((spec) => spec.name === name)!;
        return [name, tf.tensor(values, [...shape])];
      }),
    );
    const fresh = colours(200);
    const unseen = {
      ...fresh,
      length: 16,
      load: () => Array.from({ length: 16 }, (_, row) => fresh.pair(100 + row)),
    };
    const batch = await firstBatch({ pairs: unseen, batchSize: 16 });
    const { image, text } = objectiveOf().part(trained, {}, batch).rows!;
    const best = await tf.argMax(tf.matMul(image as tf.Tensor2D, text as tf.Tensor2D, false, true), 1).data();
    const right = Array.from(best).filter((column, row) => column % 4 === row % 4);
    expect(right.length).toBeGreaterThanOrEqual(14);
  });

  it('has checkpoints that loadClipModel opens and from which a run goes on as itself', async () => {
    const options = {
      engine,
      objective: objectiveOf(),
      // Every other batch has texts alone.
      batches: batchesOf({ dropPatches: 0.5, pairs: colours(16, (batch) => batch % 2 === 0) }),
      optimizer: adamW(),
      schedule: constantSchedule({ base: 0.01 }),
      steps: 5,
      seed: 2,
    };
    const whole = await run(options);
    const checkpoint = { folder, every: 3 };
    for await (const event of trainer({ ...options, checkpoint })) if (event.type === 'saved') break;
    const rest = await run({ ...options, checkpoint });
    expect(rest.steps.map(({ step }) => step)).toEqual([4, 5]);
    expect(rest.steps.map(({ terms }) => terms)).toEqual(whole.steps.slice(3).map(({ terms }) => terms));
    expect(rest.params).toEqual(whole.params);
    const opened = await loadClipModel((await latestCheckpoint(folder))!);
    expect(opened.model.describe()).toEqual(model.describe());
    expect(opened.tokenizer.encode('a e')).toEqual(tokenizer.encode('a e'));
    expect(Object.keys(opened.params).sort()).toEqual(Object.keys(whole.params).sort());
    for (const [name, values] of Object.entries(whole.params)) {
      expect(await opened.params[name]!.data(), name).toEqual(values);
    }
  });

  it('lets weights decay that are not gains or biases', () => {
    const objective = objectiveOf();
    const decaying = model.parameters
      .filter(({ name, shape }) => objective.group(name, shape).decays)
      .map(({ name }) => name);
    const blocks = ['q_proj', 'k_proj', 'v_proj', 'out_proj', 'fc1', 'fc2'];
    expect(decaying.filter((name) => !blocks.some((block) => name.includes(block)))).toEqual([
      'text_model.embeddings.token_embedding.weight',
      'text_model.embeddings.position_embedding.weight',
      'vision_model.embeddings.patch_embedding.weight',
      'vision_model.embeddings.position_embedding.weight',
      'visual_projection.weight',
      'text_projection.weight',
    ]);
    expect(decaying.filter((name) => name.endsWith('bias'))).toEqual([]);
    expect(decaying).toHaveLength(6 + 3 * 6);
  });

  it('has a term only where it is asked for and the batch has what it needs', async () => {
    const { params } = objectiveOf().init(seededRandom('terms'), {});
    const batch = await firstBatch();
    const { texts, images } = batch;
    const { meaning, ...plain } = texts;
    const terms = (options: Partial<ClipModelObjectiveOptions>, of: ClipModelBatch) =>
      Object.keys(computed(options, params, of).terms);
    expect(terms({}, batch)).toEqual(['image']);
    expect(terms({ patchTerm: { weight: 1 } }, batch)).toEqual(['image', 'patches']);
    expect(terms(both, batch)).toEqual(['image', 'patches', 'paraphrase']);
    expect(terms(both, { texts: plain, images: images! })).toEqual(['image', 'patches']);
    const wrong: [Partial<ClipModelObjectiveOptions>, ClipModelBatch, string][] = [
      [{}, { texts }, 'got neither'],
      [both, { texts: plain }, 'got neither'],
      [both, { texts: { ...texts, meaning: tf.zeros([5, 2], 'int32') } }, 'expected 10 texts'],
      [
        {},
        {
          texts: { tokenIds: texts.tokenIds.slice(0, 7), endPositions: texts.endPositions.slice(0, 7) },
          images: images!,
        },
        'expected a text of each of 8 images, got 7 texts',
      ],
      [
        {},
        {
          texts: plain,
          images: {
            patches: images!.patches.slice(0, 1),
            matchKey: images!.matchKey.slice(0, 1),
            sampleKey: images!.sampleKey.slice(0, 1),
          },
        },
        'expected at least two pairs',
      ],
    ];
    for (const [options, of, message] of wrong) {
      expect(() => terms(options, of)).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringContaining(message) }),
      );
    }
  });

  it.each([
    [{ model: {} }, 'option model'],
    [{ tokenizer: undefined }, 'option tokenizer'],
    [{ patchTerm: { weight: 0 } }, 'option patchTerm.weight'],
    [{ paraphraseTerm: { weight: 1, scale: 3 } }, 'option paraphraseTerm.scale'],
    [{ temperature: 0.07 }, 'option temperature'],
  ])('refuses %j', (options, where) => {
    expect(() => clipModelObjective({ model, tokenizer, ...options } as never)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: `clipModelObjective, ${where}` }),
    );
  });
});
