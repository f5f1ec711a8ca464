import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { randomMasking, seededRandom } from '@tgm/masking';
import { frameTokens, loadPatchCodebook, type Params, patchCodebook } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExampleSource } from '../../data/examples.js';
import { maskedBatches } from '../../data/masked-batches.js';
import { shuffled } from '../../data/shuffled.js';
import { adamW } from '../../optimizers/adamw.js';
import type { Optimizer } from '../../optimizers/optimizer.js';
import { sgd } from '../../optimizers/sgd.js';
import { constantSchedule } from '../../schedules/constant.js';
import type { StepEvent } from '../../trainer/events.js';
import { valueAndGradients } from '../../trainer/gradients.js';
import { weightedSum } from '../../trainer/step.js';
import { trainer } from '../../trainer/trainer.js';
import type { MaskedBatch } from '../masked-batch.js';
import { ENGINES } from '../tiny-batch.test-support.js';
import { codebookObjective } from './codebook-objective.js';
import { type Matrix, movedBy, type Numbers, type State, termsBy } from './reference.test-support.js';

/** Tokens of 1 x 2 x 2 pixels. */
const TINY = { imageSize: 4, patchSize: 2, numFrames: 2, tubeletSize: 1, codes: 5, codeWidth: 3 };
const [CLIPS, TOKENS, SIZE] = [3, 8, 12];

/** Rows of two kinds, so that most codes are dead at first. */
function batchOf(seed: number) {
  const random = seededRandom('codebook', seed);
  const numbers = Float32Array.from({ length: CLIPS * TOKENS * SIZE }, (_, at) => {
    const kind = Math.floor(at / SIZE) % 3;
    return 2 * random() - 1 + kind;
  });
  const tokens = tf.tensor3d(numbers, [CLIPS, TOKENS, SIZE]);
  const batch: MaskedBatch = {
    views: { tokens: { tokens, positions: tf.zeros([CLIPS, TOKENS], 'int32') } },
    sampleKey: tf.zeros([CLIPS, 2], 'int32'),
  };
  const rows = Array.from({ length: CLIPS * TOKENS }, (_, at) => [
    ...numbers.subarray(at * SIZE, (at + 1) * SIZE),
  ]);
  return { batch, rows };
}

const arrays = async (params: Params): Promise<Numbers> => ({
  encoderWeight: (await params['encoder.layer0.weight']!.array()) as never,
  encoderBias: (await params['encoder.layer0.bias']!.array()) as never,
  decoderWeight: (await params['decoder.layer0.weight']!.array()) as never,
  decoderBias: (await params['decoder.layer0.bias']!.array()) as never,
});

const closeTo = (found: ArrayLike<number>, expected: readonly number[], within: number) => {
  expect(found.length).toBe(expected.length);
  expected.forEach((value, at) => {
    expect(Math.abs(found[at]! - value), `${at}`).toBeLessThan(within);
  });
};

describe.each(ENGINES)('a codebook on $name', ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  const commitment = 0.5;
  const objective = codebookObjective({ model: patchCodebook(TINY), commitment, decay: 0.8, deadShare: 0.3 });

  it('has the terms and gradients of a loop in doubles, straight through the codes', async () => {
    const { params, buffers } = objective.init(seededRandom('init'), {});
    const { batch, rows } = batchOf(0);
    const step = engine.compile((given: { params: Params; buffers: Params; batch: MaskedBatch }) => {
      const { value, gradients, extra } = valueAndGradients(given.params, (params) => {
        const { terms, figures, rows } = objective.part(params, given.buffers, given.batch);
        return { value: weightedSum(objective, terms), extra: { terms, figures: figures!, rows: rows! } };
      });
      return { value, gradients: gradients as Params, ...extra };
    });
    const found = await step({ params, buffers: buffers!, batch });
    const numbers = await arrays(params);
    const codes = (await buffers!.codes!.array()) as Matrix;
    const expected = termsBy(numbers, numbers, codes, rows);
    closeTo(await found.terms.reconstruction!.data(), [expected.reconstruction], 1e-5);
    closeTo(await found.terms.commitment!.data(), [expected.commitment], 1e-5);
    expect([...(await found.rows.numbers!.data())]).toEqual(expected.numbers);
    const mean = rows[0]!.map((_, at) => rows.reduce((sum, row) => sum + row[at]!, 0) / rows.length);
    const spread = rows.flatMap((row) => row.map((value, at) => (value - mean[at]!) ** 2));
    const baseline = spread.reduce((sum, value) => sum + value, 0) / spread.length;
    closeTo(await found.figures['reconstruction baseline']!.data(), [baseline], 1e-5);

    // Central differences of the loop.
    const total = (changed: Numbers) => {
      const { reconstruction, commitment: kept } = termsBy(changed, numbers, codes, rows);
      return reconstruction + commitment * kept;
    };
    const h = 1e-4;
    const shifted = (name: 'encoderWeight' | 'decoderWeight', row: number, column: number, by: number) => ({
      ...numbers,
      [name]: numbers[name].map((line, at) =>
        at === row ? line.map((value, place) => (place === column ? value + by : value)) : line,
      ),
    });
    for (const [name, tensor] of [
      ['encoderWeight', 'encoder.layer0.weight'],
      ['decoderWeight', 'decoder.layer0.weight'],
    ] as const) {
      const gradient = (await found.gradients[tensor]!.array()) as Matrix;
      for (const [row, column] of [
        [0, 0],
        [1, 2],
        [2, 1],
      ] as const) {
        const slope =
          (total(shifted(name, row, column, h)) - total(shifted(name, row, column, -h))) / (2 * h);
        expect(Math.abs(gradient[row]![column]! - slope), `${name} ${row} ${column}`).toBeLessThan(1e-5);
      }
    }
    tf.dispose([found, params, buffers, batch] as never);
  });

  it('moves its codes as a loop in doubles does, and begins dead ones again', async () => {
    const { params, buffers } = objective.init(seededRandom('init'), {});
    const numbers = await arrays(params);
    const step = engine.compile((given: { buffers: Params; batch: MaskedBatch }) => {
      const { rows } = objective.part(params, given.buffers, given.batch);
      const { buffers, figures } = objective.whole!(params, given.buffers, rows!);
      return { buffers: buffers!, figures: figures! };
    });
    let state: State = {
      codes: (await buffers!.codes!.array()) as Matrix,
      counts: [0, 0, 0, 0, 0],
      sums: Array.from({ length: 5 }, () => [0, 0, 0]),
    };
    let held = buffers!;
    const reseeds: number[] = [];
    for (let at = 0; at < 4; at++) {
      const { batch, rows } = batchOf(at);
      const found = await step({ buffers: held, batch });
      const { numbers: chosen, rows: encoded } = termsBy(numbers, numbers, state.codes, rows);
      const moved = movedBy(state, encoded, chosen, 0.8, 0.3);
      state = moved.state;
      reseeds.push(moved.reseeded);
      closeTo(await found.buffers.codes!.data(), state.codes.flat(), 1e-4);
      closeTo(await found.buffers['codebook.counts']!.data(), state.counts, 1e-4);
      closeTo(await found.buffers['codebook.sums']!.data(), state.sums.flat(), 1e-4);
      const uses = [0, 1, 2, 3, 4].map((code) => chosen.filter((each) => each === code).length);
      const entropy = uses.reduce((sum, use) => {
        const share = use / chosen.length;
        return use === 0 ? sum : sum - share * Math.log(share);
      }, 0);
      closeTo(await found.figures.perplexity!.data(), [Math.exp(entropy)], 1e-4);
      closeTo(await found.figures['codes used']!.data(), [uses.filter((use) => use > 0).length], 0.1);
      closeTo(await found.figures['codes reseeded']!.data(), [moved.reseeded], 0.1);
      held = found.buffers;
    }
    // Some die and some do not, so that both ways were tried.
    expect(reseeds[0]).toBeGreaterThan(0);
    expect(reseeds.some((count) => count > 0 && count < 5)).toBe(true);
    tf.dispose(params as never);
  });
});

/** A square of one of six colours on one of two grey grounds, moving by a pixel a frame. 4 frames of 16 x 16. */
const COLOURS = [
  [220, 40, 40],
  [40, 200, 60],
  [50, 70, 220],
  [230, 200, 40],
  [190, 60, 200],
  [40, 200, 210],
] as const;

function movingSquares(length: number): ExampleSource<object> {
  return {
    length,
    id: (index) => `squares ${index}`,
    describe: () => ({ is: 'movingSquares', length }),
    async load(index) {
      const random = seededRandom('squares', index);
      const [colour, ground] = [COLOURS[Math.floor(random() * 6)]!, random() < 0.5 ? 60 : 150];
      const [x, y] = [Math.floor(random() * 6), Math.floor(random() * 8)];
      const frames = new Uint8Array(4 * 16 * 16 * 3).fill(ground);
      for (let frame = 0; frame < 4; frame++) {
        for (let row = y; row < y + 8; row++) {
          for (let column = x + frame; column < x + frame + 7; column++) {
            frames.set(colour, ((frame * 16 + row) * 16 + column) * 3);
          }
        }
      }
      return [{ id: `squares ${index}`, frames, cues: {} }];
    },
  };
}

describe('training a codebook', () => {
  const model = patchCodebook({
    imageSize: 16,
    patchSize: 4,
    numFrames: 4,
    tubeletSize: 2,
    codes: 32,
    codeWidth: 8,
    hiddenSize: 32,
  });
  const objective = codebookObjective({ model, decay: 0.9 });
  let engine: Engine;
  let folder: string;
  beforeAll(async () => {
    engine = await ENGINES[1]!.make();
    folder = await mkdtemp(join(tmpdir(), 'tgm-codebook-run-'));
  });
  afterAll(async () => {
    await engine.dispose();
    await rm(folder, { recursive: true });
  });

  const run = (
    steps: number,
    more: { accumulate?: number; batchSize?: number; optimizer?: Optimizer; path?: string } = {},
  ) => {
    const { accumulate = 1, batchSize = 16, optimizer = adamW({ weightDecay: 0 }), path } = more;
    return trainer({
      engine,
      objective,
      batches: maskedBatches({
        model,
        examples: shuffled(movingSquares(64)),
        needs: objective.needs,
        views: { tokens: { masking: randomMasking({ ratio: 0.5 }) } },
        batchSize,
        seed: 3,
      }),
      optimizer,
      schedule: constantSchedule({ base: 1e-2 }),
      steps,
      seed: 3,
      accumulate,
      ...(path ? { checkpoint: { folder: path, every: steps } } : {}),
    });
  };

  it('lowers the error of its tokens, uses its codes, and is opened from a checkpoint', async () => {
    const steps: StepEvent[] = [];
    let saved = '';
    for await (const event of run(150, { path: join(folder, 'run') })) {
      if (event.type === 'step') steps.push(event);
      if (event.type === 'saved') saved = event.path;
      if (event.type === 'end') tf.dispose([event.params, event.buffers] as never);
    }
    const last = steps.at(-1)!;
    // One code, the mean token, is what it has to beat. k-means with 32 centres comes to 0.16 on all tokens.
    expect(last.terms.reconstruction! / last.figures['reconstruction baseline']!).toBeLessThan(0.25);
    expect(steps[0]!.terms.reconstruction! / last.terms.reconstruction!).toBeGreaterThan(4);
    expect(last.figures.perplexity).toBeGreaterThan(7);
    expect(last.figures['codes used']).toBeGreaterThan(20);

    const { model: opened, params } = await loadPatchCodebook(saved);
    const [example] = await movingSquares(64).load(5, seededRandom(0));
    const all = Array.from({ length: 32 }, (_, token) => token);
    const numbers = frameTokens(example!.frames, opened.config, all, opened.pixels);
    const tokens = tf.tensor3d(numbers, [1, 32, opened.tokenSize]);
    const codes = opened.codesOf(params, opened.nearest(params, opened.encode(params, tokens)));
    const error = tf.mean(tf.square(tf.sub(opened.decode(params, codes), tokens)));
    expect((await error.data())[0]! / last.figures['reconstruction baseline']!).toBeLessThan(0.4);
  });

  it('is the same in parts', async () => {
    const told: Record<string, Float32Array>[] = [];
    for (const [batchSize, accumulate] of [
      [16, 1],
      [4, 4],
    ] as const) {
      for await (const event of run(3, { batchSize, accumulate, optimizer: sgd() })) {
        if (event.type !== 'end') continue;
        const all = { ...event.params, ...event.buffers };
        const read = Object.entries(all).map(async ([name, each]) => [name, await each.data()] as const);
        told.push(Object.fromEntries(await Promise.all(read)) as Record<string, Float32Array>);
        tf.dispose(all as never);
      }
    }
    const [whole, parts] = told;
    expect(Object.keys(parts!)).toContain('codes');
    for (const [name, values] of Object.entries(whole!)) closeTo(parts![name]!, [...values], 1e-4);
  });

  it('refuses a batch without its view, and options out of range', () => {
    const { params, buffers } = objective.init(seededRandom('init'), {});
    const batch = { views: {}, sampleKey: tf.zeros([1, 2], 'int32') } as MaskedBatch;
    expect(() => objective.part(params, buffers!, batch)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: 'codebookObjective, batch' }),
    );
    for (const wrong of [{ decay: 1 }, { commitment: -1 }, { deadShare: 1 }, { model: {} }, { codes: 3 }]) {
      expect(() => codebookObjective({ model, ...wrong } as never)).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    }
  });
});
