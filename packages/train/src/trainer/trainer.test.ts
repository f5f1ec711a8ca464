import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adamW } from '../optimizers/adamw.js';
import { sgd } from '../optimizers/sgd.js';
import { constantSchedule } from '../schedules/constant.js';
import { cosineSchedule } from '../schedules/cosine.js';
import type { Batches } from './batches.js';
import type { Evaluator } from './evaluator.js';
import type { EndEvent, StepEvent, TrainEvent } from './events.js';
import type { Objective } from './objective.js';
import { comparison, type Points, points, regression } from './toy-objectives.test-support.js';
import { trainer } from './trainer.js';
import type { TrainerOptions } from './trainer-options.js';

let engines: Record<'onnx' | 'cpu', Engine>;
beforeAll(async () => {
  engines = { onnx: await onnxEngine({ threads: 1 }), cpu: await cpuEngine() };
});
afterAll(async () => {
  for (const engine of Object.values(engines)) await engine.dispose();
});

const base = (engine: Engine): TrainerOptions<Points> => ({
  engine,
  objective: regression(),
  batches: points(4),
  optimizer: sgd({ momentum: 0.9, weightDecay: 0.1 }),
  schedule: constantSchedule({ base: 0.2 }),
  steps: 5,
  seed: 3,
});

async function run(options: TrainerOptions<Points>) {
  const events: TrainEvent[] = [];
  for await (const event of trainer(options)) events.push(event);
  const end = events.at(-1) as EndEvent;
  const steps = events.filter((event): event is StepEvent => event.type === 'step');
  const numbers = async (tensors: Readonly<Record<string, tf.Tensor>> = {}) => {
    const read: Record<string, number[]> = {};
    for (const [name, tensor] of Object.entries(tensors)) {
      read[name] = Array.from(await tensor.data());
      tensor.dispose();
    }
    return read;
  };
  return {
    events,
    steps,
    end,
    params: await numbers(end.params),
    buffers: await numbers(end.buffers),
    average: await numbers(end.average),
  };
}

/** The run of `base` in double precision, with its gradients written down. */
async function byHand(steps: number) {
  const { params } = regression().init(seededRandom(3, 'init'), {});
  const w = Array.from(await params.w!.data());
  const b = [0, 0];
  const velocity = { w: w.map(() => 0), b: [0, 0] };
  const totals: number[] = [];
  const norms: number[] = [];
  const stream = await points(4).open();
  for (let step = 0; step < steps; step++) {
    const { tensors } = (await stream.next())!;
    const [x, y] = [await tensors.x.data(), await tensors.y.data()];
    const slope = { w: w.map(() => 0), b: [0, 0] };
    let total = 0;
    for (let row = 0; row < 4; row++) {
      for (let column = 0; column < 2; column++) {
        let error = b[column]! - y[row * 2 + column]!;
        for (let at = 0; at < 3; at++) error += x[row * 3 + at]! * w[at * 2 + column]!;
        total += (0.5 * error * error) / 8;
        for (let at = 0; at < 3; at++) slope.w[at * 2 + column]! += (error * x[row * 3 + at]!) / 8;
        slope.b[column]! += error / 8;
      }
    }
    totals.push(total);
    norms.push(Math.hypot(...slope.w, ...slope.b));
    for (const [at, value] of w.entries()) {
      velocity.w[at] = 0.9 * velocity.w[at]! + slope.w[at]! + 0.1 * value;
      w[at]! -= 0.2 * velocity.w[at]!;
    }
    for (const at of b.keys()) {
      velocity.b[at] = 0.9 * velocity.b[at]! + slope.b[at]!;
      b[at]! -= 0.2 * 0.5 * velocity.b[at]!;
    }
  }
  return { w, b, totals, norms };
}

const close = (got: readonly number[], wanted: readonly number[], digits = 5) => {
  expect(got).toHaveLength(wanted.length);
  for (const [at, value] of wanted.entries()) expect(got[at]).toBeCloseTo(value, digits);
};

describe.each(['onnx', 'cpu'] as const)('trainer on %s', (name) => {
  it('makes the steps that are computed by hand', async () => {
    const expected = await byHand(5);
    // A bound that is never met.
    const { steps, params, end } = await run({ ...base(engines[name]), clipNorm: 1e6 });
    expect(end).toMatchObject({ reason: 'completed', step: 5 });
    close(
      steps.map(({ total }) => total),
      expected.totals,
    );
    close(
      steps.map(({ terms }) => terms.square!),
      expected.totals.map((total) => 2 * total),
    );
    close(
      steps.map(({ gradientNorm }) => gradientNorm!),
      expected.norms,
    );
    close(params.w!, expected.w);
    close(params.b!, expected.b);
    expect(steps[0]).toMatchObject({
      step: 1,
      steps: 5,
      learningRate: 0.2,
      figures: { largest: expect.any(Number) },
    });
    close([steps[4]!.weightNorm], [Math.hypot(...expected.w, ...expected.b)]);
  });

  it('steps the same, several in a call or one', async () => {
    const one = await run(base(engines[name]));
    const three = await run({ ...base(engines[name]), stepsPerCall: 3 });
    close(
      three.steps.map(({ total }) => total),
      one.steps.map(({ total }) => total),
      6,
    );
    close(three.params.w!, one.params.w!, 6);
  });

  it.each(['regression', 'comparison'] as const)('in parts equals the whole batch: %s', async (kind) => {
    const objective = { regression, comparison }[kind]();
    // Two batches of 4 joined to one of 8.
    const joined: Batches<Points> = {
      describe: () => ({ is: 'joined' }),
      async open() {
        const stream = await points(4).open();
        return {
          async next() {
            const [a, b] = [(await stream.next())!, (await stream.next())!];
            return {
              tensors: {
                x: tf.concat([a.tensors.x, b.tensors.x]),
                y: tf.concat([a.tensors.y, b.tensors.y]),
              },
              ids: [...a.ids, ...b.ids],
              clips: 8,
              after: b.after,
              replaced: [],
              release() {},
            };
          },
          close: stream.close,
        };
      },
    };
    const options = { ...base(engines[name]), objective, optimizer: adamW({ epsilon: 1 }), clipNorm: 1e6 };
    const whole = await run({ ...options, batches: joined });
    const parts = await run({ ...options, batches: points(4), accumulate: 2 });
    close(
      parts.steps.map(({ total }) => total),
      whole.steps.map(({ total }) => total),
    );
    close(
      parts.steps.map(({ gradientNorm }) => gradientNorm!),
      whole.steps.map(({ gradientNorm }) => gradientNorm!),
    );
    for (const [param, values] of Object.entries(whole.params)) close(parts.params[param]!, values);
    expect(parts.buffers).toEqual(whole.buffers);
    if (kind === 'comparison') {
      expect(whole.buffers).toEqual({ seen: [40] });
      // Half of the batch alone has other negatives.
      const half = await run({ ...options, batches: points(4) });
      expect(Math.abs(half.steps[0]!.terms.match! - whole.steps[0]!.terms.match!)).toBeGreaterThan(0.1);
    }
  });

  it('leaves what a step does not reach as it is, and what the optimiser remembers of it', async () => {
    // The second parameter takes part in every other batch only.
    const objective: Objective<Points> = {
      ...regression(),
      weights: { square: 1 },
      init: () => ({ params: { always: tf.ones([2]), sometimes: tf.ones([3]), never: tf.ones([4]) } }),
      part({ always, sometimes }, _buffers, { x }) {
        const both = x.shape[0] === 2;
        const value = tf.sum(tf.square(always!));
        return {
          terms: { square: (both ? tf.add(value, tf.sum(tf.square(sometimes!))) : value) as tf.Scalar },
        };
      },
      group: () => ({ decays: true, rateScale: 1 }),
    };
    const sizes: Batches<Points> = {
      describe: () => ({ is: 'sizes' }),
      async open() {
        const [two, four] = await Promise.all([points(2).open(), points(4).open()]);
        let turn = 0;
        return { next: () => (turn++ === 0 ? two.next() : four.next()), async close() {} };
      },
    };
    const options = {
      ...base(engines[name]),
      objective,
      batches: sizes,
      optimizer: adamW({ weightDecay: 0.5 }),
    };
    const first = await run({ ...options, steps: 1 });
    const later = await run({ ...options, steps: 4 });
    expect(first.params.sometimes![0]).not.toBe(1);
    expect(later.params.sometimes).toEqual(first.params.sometimes);
    expect(later.params.always).not.toEqual(first.params.always);
    expect(later.params.never).toEqual([1, 1, 1, 1]);
  });

  it("begins with what is given, which stays the caller's", async () => {
    const w = tf.fill([3, 2], 0.25);
    const still = { ...base(engines[name]), schedule: constantSchedule({ base: 0 }) };
    const given = await run({ ...still, start: { params: { w } } });
    expect(given.params.w).toEqual(Array(6).fill(0.25));
    expect(Array.from(await w.data())).toEqual(Array(6).fill(0.25));
    await run({ ...base(engines[name]), start: { params: { w } } });
    expect(Array.from(await w.data())).toEqual(Array(6).fill(0.25));
    const wrong: Record<string, tf.Tensor>[] = [{ v: w }, { w: tf.zeros([2, 3]) }, { w: [0.25] as never }];
    for (const params of wrong) {
      const code = { code: 'OPTION_INVALID', where: 'trainer, option start.params' };
      await expect(run({ ...still, start: { params } })).rejects.toMatchObject(code);
    }
  });

  it('tells the objective what is given, so that a buffer can begin as a copy of it', async () => {
    const w = tf.fill([3, 2], 0.25);
    const plain = regression();
    const objective: typeof plain = {
      ...plain,
      init(random, given) {
        const { params } = plain.init(random, given);
        return { params, buffers: { copy: tf.clone(given.w ?? params.w!) } };
      },
    };
    const still = { ...base(engines[name]), objective, schedule: constantSchedule({ base: 0 }) };
    const given = await run({ ...still, start: { params: { w } } });
    expect(given.buffers.copy).toEqual(Array(6).fill(0.25));
    const drawn = await run(still);
    expect(drawn.buffers.copy).toEqual(drawn.params.w);
    w.dispose();
    const refused = { code: 'OPTION_INVALID', received: 'one that is disposed' };
    await expect(run({ ...still, start: { params: { w } } })).rejects.toMatchObject(refused);
  });

  it('shortens gradients to a norm, and averages the parameters', async () => {
    const options = { ...base(engines[name]), optimizer: sgd({ momentum: 0 }), steps: 1 };
    const free = await run(options);
    expect(free.steps[0]).not.toHaveProperty('gradientNorm');
    const norm = (await run({ ...options, clipNorm: 1e6 })).steps[0]!.gradientNorm!;
    const clipped = await run({ ...options, clipNorm: norm / 4, average: { decay: 0.05 } });
    expect(clipped.steps[0]!.gradientNorm!).toBeCloseTo(norm, 5);
    const before = await run({ ...options, schedule: constantSchedule({ base: 0 }) });
    const change = (at: number, of: typeof free) => of.params.w![at]! - before.params.w![at]!;
    for (let at = 0; at < 6; at++) {
      expect(change(at, clipped)).toBeCloseTo(change(at, free) / 4, 5);
      expect(clipped.average.w![at]).toBeCloseTo(before.params.w![at]! + 0.95 * change(at, clipped), 5);
    }
  });

  it('averages the last tenth of the steps until that is as long as the decay asks for', async () => {
    const steps = 6;
    const ws: number[][] = [];
    const watched: Evaluator = {
      name: 'w',
      async evaluate({ w }) {
        ws.push(Array.from(await w!.data()));
        return {};
      },
    };
    // The fourth step is the first that (1 + t) / (10 + t) would keep more of than the decay.
    const options = { ...base(engines[name]), steps, average: { decay: 0.3 } };
    const { average } = await run({ ...options, evaluate: { every: 1, evaluators: [watched] } });
    const kept = [1 / 10, 2 / 11, 3 / 12, 0.3, 0.3, 0.3];
    const drawn = Array.from(await regression().init(seededRandom(3, 'init'), {}).params.w!.data());
    const expected = ws.reduce(
      (mean, w, step) => w.map((value, at) => kept[step]! * mean[at]! + (1 - kept[step]!) * value),
      drawn,
    );
    close(average.w!, expected, 6);
  });

  it('names the samples of a batch whose loss is not finite', async () => {
    const options = { ...base(engines[name]), schedule: constantSchedule({ base: 1e38 }) };
    await expect(run(options)).rejects.toMatchObject({
      code: 'LOSS_NOT_FINITE',
      where: expect.stringMatching(/step \d, samples \d\.0, \d\.1, \d\.2, \d\.3/),
    });
  });

  it('evaluates on its schedule and behind the last step, at the ends of calls', async () => {
    const seen: number[] = [];
    const evaluator: Evaluator = {
      name: 'first',
      async evaluate({ w }) {
        seen.push((await w!.data())[0]!);
        return { weight: seen.at(-1)! };
      },
    };
    const { events, params } = await run({
      ...base(engines[name]),
      stepsPerCall: 4,
      evaluate: { every: 2, evaluators: [evaluator] },
    });
    expect(events.map(({ type }) => type).join(' ')).toBe(
      'begin step step evaluated step step evaluated step evaluated end',
    );
    expect(events.filter(({ type }) => type === 'evaluated')).toEqual(
      [2, 4, 5].map((step, at) => ({
        type: 'evaluated',
        step,
        evaluator: 'first',
        parameters: 'current',
        figures: { weight: seen[at] },
      })),
    );
    expect(seen[2]).toBe(params.w![0]);
    expect(new Set(seen).size).toBe(3);
  });

  it('evaluates the average of the parameters, alone or beside them, and leaves no tensors', async () => {
    const tensors = tf.memory().numTensors;
    const sum: Evaluator = {
      name: 'sum',
      evaluate: async ({ w, b }) => ({ w: (await w!.data())[0]!, b: (await b!.data())[0]! }),
    };
    const none: Evaluator = { name: 'none', evaluate: async () => ({}) };
    const options = { ...base(engines[name]), steps: 2, average: { decay: 0.5 } };
    const evaluate = { every: 2, evaluators: [sum, none] };
    const both = await run({ ...options, evaluate: { ...evaluate, parameters: 'both' } });
    const told = both.events.filter((event) => event.type === 'evaluated');
    expect(told.map((event) => `${event.evaluator} ${event.parameters}`)).toEqual([
      'sum current',
      'none current',
      'sum average',
      'none average',
    ]);
    expect(told[0]!.figures).toEqual({ w: both.params.w![0], b: both.params.b![0] });
    expect(told[2]!.figures).toEqual({ w: both.average.w![0], b: both.average.b![0] });
    expect(told[2]!.figures.w).not.toBe(told[0]!.figures.w);
    const one = await run({ ...options, evaluate: { ...evaluate, parameters: 'average' } });
    expect(one.events.filter(({ type }) => type === 'evaluated')).toEqual(told.slice(2));
    const failing: Evaluator = { name: 'bad', evaluate: () => Promise.reject(new Error('no data left')) };
    const fails = { ...options, evaluate: { every: 1, evaluators: [failing] } };
    await expect(run(fails)).rejects.toThrow('no data left');
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('tells first what the run is, in JSON', async () => {
    const { events } = await run({ ...base(engines[name]), clipNorm: 2, average: { decay: 0.5 } });
    expect(events[0]).toEqual({
      type: 'begin',
      step: 0,
      steps: 5,
      description: {
        objective: { is: 'regression' },
        batches: { is: 'points', clips: 4 },
        optimizer: { is: 'sgd', momentum: 0.9, weightDecay: 0.1, nesterov: false },
        schedule: { is: 'constantSchedule', base: 0.2, warmupSteps: 0, start: 0 },
        run: { seed: 3, steps: 5, accumulate: 1, clipNorm: 2, average: { decay: 0.5 }, start: null },
      },
    });
    expect(JSON.parse(JSON.stringify(events[0]))).toEqual(events[0]);
  });

  it('ends on a signal, when the batches end and with the error of a batch, and frees every tensor', async () => {
    const controller = new AbortController();
    const stopped = points(4);
    const tensors = tf.memory().numTensors;
    const steps: number[] = [];
    for await (const event of trainer({
      ...base(engines[name]),
      batches: stopped,
      signal: controller.signal,
    })) {
      if (event.type === 'step' && steps.push(event.step) === 2) controller.abort();
      if (event.type !== 'end') continue;
      expect(event).toMatchObject({ reason: 'stopped', step: 2 });
      tf.dispose([event.params, event.buffers] as never);
    }
    const evaluators = [{ name: 'none', evaluate: async () => ({}) }];
    const short = await run({
      ...base(engines[name]),
      batches: points(4, { ends: 3 }),
      evaluate: { every: 2, evaluators },
    });
    expect(short.end).toMatchObject({ reason: 'exhausted', step: 3 });
    const measured = short.events.filter((event) => event.type === 'evaluated');
    expect(measured.map(({ step }) => step)).toEqual([2, 3]);
    const odd = points(4, { ends: 3 });
    const halved = await run({ ...base(engines[name]), batches: odd, accumulate: 2 });
    expect(halved.end).toMatchObject({ reason: 'exhausted', step: 1 });
    const failing = points(4, { fails: 3 });
    await expect(run({ ...base(engines[name]), batches: failing })).rejects.toThrow('batch 3 cannot be read');
    for await (const event of trainer({ ...base(engines[name]), batches: failing }))
      if (event.type === 'step') break;
    expect([stopped.alive, failing.alive, odd.alive]).toEqual([0, 0, 0]);
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

function evaluator(name: string): Evaluator {
  return { name, evaluate: async () => ({}) };
}

it.each([
  [{ steps: 0 }, 'trainer, option steps'],
  [{ accumulate: 1.5 }, 'trainer, option accumulate'],
  [{ clipNorm: 0 }, 'trainer, option clipNorm'],
  [{ average: { decay: 1 } }, 'trainer, option average.decay'],
  [{ checkpoint: { folder: 'a', every: 0 } }, 'trainer, option checkpoint.every'],
  [{ lr: 1 }, 'trainer, option lr'],
  [{ evaluate: { every: 1, evaluators: [] } }, 'trainer, option evaluate.evaluators'],
  [{ evaluate: { every: 1, evaluators: [{ name: 'a' }] } }, 'trainer, option evaluate.evaluators.0'],
  [
    { evaluate: { every: 1, evaluators: [evaluator('a'), evaluator('a')] } },
    'trainer, option evaluate.evaluators',
  ],
  [{ evaluate: { every: 1, evaluators: [evaluator('')] } }, 'trainer, option evaluate.evaluators'],
  [
    { evaluate: { every: 1, evaluators: [evaluator('a')], parameters: 'all' } },
    'trainer, option evaluate.parameters',
  ],
  [
    { evaluate: { every: 1, evaluators: [evaluator('a')], parameters: 'both' } },
    'trainer, option evaluate.parameters',
  ],
  [{ schedule: () => 1 }, 'trainer, option schedule'],
  [{ schedule: cosineSchedule({ base: 1, steps: 4 }) }, 'trainer, option steps'],
])('refuses %j', async (options, where) => {
  const all = { ...base(engines.cpu), ...options } as TrainerOptions<Points>;
  await expect(run(all)).rejects.toMatchObject({ code: 'OPTION_INVALID', where });
});
