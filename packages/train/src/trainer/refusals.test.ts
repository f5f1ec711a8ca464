import * as tf from '@tensorflow/tfjs';
import { type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sgd } from '../optimizers/sgd.js';
import { constantSchedule } from '../schedules/constant.js';
import type { Batch } from './batches.js';
import type { Objective, PartOutputs, WholeOutputs } from './objective.js';
import { comparison, type Points, points, regression } from './toy-objectives.test-support.js';
import { trainer } from './trainer.js';
import type { TrainerOptions } from './trainer-options.js';

let engine: Engine;
beforeAll(async () => {
  engine = await onnxEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

const options = (change: Partial<TrainerOptions<Points>> = {}): TrainerOptions<Points> => ({
  engine,
  objective: regression(),
  batches: points(4),
  optimizer: sgd(),
  schedule: constantSchedule({ base: 0.1 }),
  steps: 4,
  seed: 1,
  ...change,
});

/** Steps of a run that goes to its end. */
async function totalsOf(given: TrainerOptions<Points>): Promise<number[]> {
  const totals: number[] = [];
  for await (const event of trainer(given)) {
    if (event.type === 'step') totals.push(event.total);
    if (event.type === 'end') tf.dispose([event.params, event.buffers] as never);
  }
  return totals;
}

const withPart = (change: (made: PartOutputs, batch: Points) => object): Objective<Points> => {
  const own = regression();
  return {
    ...own,
    part: (params, buffers, batch) => change(own.part(params, buffers, batch), batch) as PartOutputs,
  };
};

const withWhole = (change: object): Objective<Points> => {
  const own = comparison();
  const whole = own.whole!;
  return {
    ...own,
    whole: (params, buffers, rows) => ({ ...whole(params, buffers, rows), ...change }) as WholeOutputs,
  };
};

describe('an objective is refused', () => {
  it.each<[string, () => Objective<Points>, string, string]>([
    [
      'whose term is no scalar, of which one number would be told and all be trained',
      () => withPart((made, { x }) => ({ ...made, terms: { square: tf.mean(x, 1) } })),
      'part',
      'shape [4]',
    ],
    [
      'whose figure is no scalar',
      () => withPart((made, { x }) => ({ ...made, figures: { largest: tf.max(x, 0) } })),
      'part',
      'shape [3]',
    ],
    ['whose term is no tensor', () => withPart(() => ({ terms: { square: 3 } })), 'part', '3'],
    ['that gives no record of terms', () => withPart(() => ({})), 'part', 'undefined'],
    ['whose buffer changes its shape', () => withWhole({ buffers: { seen: tf.zeros([2]) } }), 'whole', '[2]'],
    [
      'with a buffer that init did not give',
      () => withWhole({ buffers: { queue: tf.zeros([2]) } }),
      'whole',
      'queue',
    ],
    ['without parameters', () => ({ ...regression(), init: () => ({ params: {} }) }), 'init', '{}'],
    [
      'without a group',
      () => ({ ...regression(), group: () => undefined as never }),
      'group of w',
      'undefined',
    ],
    [
      'with a rate scale that is none',
      () => ({ ...regression(), group: () => ({ decays: true, rateScale: Number.NaN }) }),
      'group of w',
      '{ decays: true, rateScale: NaN }',
    ],
    ['without weights', () => ({ ...regression(), weights: undefined as never }), 'weights', 'undefined'],
    [
      'with a weight that is none',
      () => ({ ...regression(), weights: { square: Number.NaN } }),
      'weights',
      'NaN',
    ],
    [
      'whose weights are all 0',
      () => ({ ...regression(), weights: { square: 0 } }),
      'weights',
      '{ square: 0 }',
    ],
  ])('%s', async (_name, objective, where, received) => {
    for (const accumulate of [1, 2]) {
      await expect(totalsOf(options({ objective: objective(), accumulate }))).rejects.toMatchObject({
        name: 'TrainError',
        code: 'OPTION_INVALID',
        where: `trainer, option objective, ${where}`,
        received,
      });
    }
  });
});

it.each([-0.1, Number.NaN, Number.POSITIVE_INFINITY])(
  'refuses a learning rate of %s, at its step',
  async (rate) => {
    const schedule = { at: (step: number) => (step === 2 ? rate : 0.1), describe: () => ({ is: 'own' }) };
    await expect(totalsOf(options({ schedule }))).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: 'trainer, option schedule, step 3',
      received: String(rate),
    });
  },
);

it.each<[unknown, string, string]>([
  [3, '', '3'],
  [undefined, '', 'undefined'],
  [[1], '', '[1]'],
  [{ accuracy: '0.5' }, ', figure accuracy', '"0.5"'],
])('refuses an evaluation that gives %j', async (figures, where, received) => {
  const evaluator = { name: 'own', evaluate: async () => figures as Record<string, number> };
  const evaluate = { every: 1, evaluators: [evaluator] };
  await expect(totalsOf(options({ evaluate }))).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    where: `trainer, evaluator own${where}`,
    received,
  });
});

describe("batches of one's own are refused", () => {
  const changed = (change: Partial<Batch<Points>>) => {
    const own = points(4);
    const open = async () => {
      const stream = await own.open();
      return { ...stream, next: async () => ({ ...(await stream.next()), ...change }) as Batch<Points> };
    };
    return { own, batches: { describe: own.describe, open } };
  };
  const nothing = undefined as never;

  it.each<[string, Partial<Batch<Points>>, string]>([
    ['after', { after: nothing }, 'nothing'],
    ['clips', { clips: 0 }, '0'],
    ['ids', { ids: nothing }, 'nothing'],
    ['replaced', { replaced: 0 as never }, '0'],
    ['tensors', { tensors: nothing }, 'nothing'],
    ['release', { release: nothing }, 'nothing'],
    ['release', { release: 3 as never }, '3'],
  ])('without a right %s, and leave no tensors', async (field, change, received) => {
    const { own, batches } = changed(change);
    const before = tf.memory().numTensors;
    await expect(totalsOf(options({ batches }))).rejects.toMatchObject({
      name: 'TrainError',
      code: 'OPTION_INVALID',
      where: `trainer, option batches, ${field} of a batch`,
      received,
    });
    // What is not there cannot be given back.
    expect(own.alive).toBe(field === 'release' ? 1 : 0);
    expect(tf.memory().numTensors - before).toBe(field === 'tensors' ? 2 : 0);
  });

  it.each(['next', 'close'])('whose stream has no %s', async (name) => {
    const { open, describe } = points(4);
    const batches = { describe, open: async () => ({ ...(await open()), [name]: undefined }) as never };
    await expect(totalsOf(options({ batches }))).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: `trainer, option batches, what open gives, ${name}`,
      received: 'nothing',
    });
  });
});

it('refuses a description of which JSON would keep nothing, before the first step', async () => {
  const batches = { ...points(4), describe: () => ({ is: 'own', noise: Number.NaN }) };
  await expect(totalsOf(options({ batches }))).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    where: 'trainer, what describe gives, batches.noise',
  });
});

it('refuses to begin with a tensor that is disposed', async () => {
  const w = tf.zeros([3, 2]);
  w.dispose();
  await expect(totalsOf(options({ start: { params: { w } } }))).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    where: 'trainer, option start.params',
    received: 'one that is disposed',
  });
});
