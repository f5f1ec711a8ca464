import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { singleProcess } from '../collective/single-process.js';
import { sgd } from '../optimizers/sgd.js';
import type { Objective } from './objective.js';
import { vectorLayout } from './parameter-vectors.js';
import { freshState } from './run-state.js';
import { stepper } from './stepper.js';
import { comparison, type Points, points } from './toy-objectives.test-support.js';

let engines: Record<'onnx' | 'cpu', Engine>;
beforeAll(async () => {
  engines = { onnx: await onnxEngine({ threads: 1 }), cpu: await cpuEngine() };
});
afterAll(async () => {
  for (const engine of Object.values(engines)) await engine.dispose();
});

/** The comparison, one function of which fails when it is called for the nth time. */
function failing(name: 'part' | 'whole', nth: number): Objective<Points> {
  const objective = comparison();
  let calls = 0;
  return {
    ...objective,
    [name]: (...given: never[]) => {
      const made = (objective[name] as (...all: never[]) => unknown)(...given);
      if (++calls === nth) throw new Error('it fails');
      return made;
    },
  };
}

/** Tensors that a step leaves behind besides a state that is not used up, whether it is, and how it ended. Its two parts are of different sizes, so that each is traced. */
async function leftBehind(engine: Engine, objective: Objective<Points>, optimizer = sgd()) {
  const before = tf.memory().numTensors;
  const { params, buffers = {} } = objective.init(seededRandom('parts'), {});
  const layout = vectorLayout(params, objective.group);
  const state = await freshState(engine, optimizer, layout, params, buffers, false);
  const options = { optimizer, layout, clipNorm: 1, averageDecay: undefined };
  const batches = await Promise.all([4, 3].map(async (clips) => (await points(clips).open()).next()));
  let ended = 'well';
  let used = false;
  try {
    const done = await stepper(
      engine,
      objective,
      options,
      2,
      singleProcess(),
    )(state, [batches as never], [0.1], () => {
      used = true;
    });
    tf.dispose(done.state as never);
  } catch (error) {
    ended = (error as Error).message;
    if (!used) {
      for (const vector of Object.values(state.vectors)) expect(vector.isDisposed).toBe(false);
      tf.dispose(state as never);
    }
  }
  tf.dispose([params, buffers, batches.map((batch) => batch!.tensors)] as never);
  return { ended, used, tensors: tf.memory().numTensors - before };
}

describe.each(['onnx', 'cpu'] as const)('a step in parts on %s', (name) => {
  it.each([
    ['part', 1],
    ['part', 2],
    ['part', 3],
    ['part', 4],
    ['whole', 1],
  ] as const)(
    'leaves its state alone where %s fails at call %i, and no other tensors',
    async (which, nth) => {
      const left = await leftBehind(engines[name], failing(which, nth));
      expect(left).toEqual({ ended: 'it fails', used: false, tensors: 0 });
    },
  );

  it('leaves none where the optimiser fails, nor where all goes well', async () => {
    const broken = sgd();
    const optimizer = {
      ...broken,
      update: () => {
        throw new Error('it fails');
      },
    };
    expect(await leftBehind(engines[name], comparison(), optimizer)).toEqual({
      ended: 'it fails',
      used: true,
      tensors: 0,
    });
    expect(await leftBehind(engines[name], comparison())).toEqual({ ended: 'well', used: true, tensors: 0 });
  });

  it('leaves none where there is nothing to learn from', async () => {
    const { whole: _whole, ...rest } = comparison();
    const objective: Objective<Points> = { ...rest, part: () => ({ terms: {} }) };
    const left = await leftBehind(engines[name], objective);
    expect(left).toEqual({ ended: expect.stringContaining('at least one term'), used: false, tensors: 0 });
  });
});
