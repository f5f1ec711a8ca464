import * as tf from '@tensorflow/tfjs';
import type { Engine, TensorTree } from '@tgm/tfjs-backend-onnx';
import type { Collective } from '../collective/collective.js';
import type { Batch } from './batches.js';
import { exchangeOf } from './exchange.js';
import type { Objective, Scalars } from './objective.js';
import type { RunState } from './run-state.js';
import { type StepOutcome, wholeStep } from './step.js';
import { stepInParts } from './step-in-parts.js';
import type { UpdateOptions } from './update.js';

/** What a step came to, as numbers. */
export interface StepNumbers {
  readonly total: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly figures: Readonly<Record<string, number>>;
  readonly gradientNorm?: number;
  readonly weightNorm: number;
}

/** Takes steps, each with its batches and its learning rate. Behind `onUse` the state is used up; an error before leaves it whole. */
export type Stepper<Tensors extends TensorTree> = (
  state: RunState,
  steps: readonly (readonly Batch<Tensors>[])[],
  rates: readonly number[],
  onUse?: () => void,
) => Promise<{ readonly state: RunState; readonly steps: readonly StepNumbers[] }>;

/** Several steps in one graph: a device that copies the state with every call then copies it once for all. */
export function stepper<Tensors extends TensorTree>(
  engine: Engine,
  objective: Objective<Tensors>,
  options: UpdateOptions,
  accumulate: number,
  collective: Collective,
): Stepper<Tensors> {
  if (accumulate > 1 || collective.size > 1) return inParts(engine, objective, options, collective);
  const step = wholeStep(objective, options);
  const run = engine.compile(
    (given: { state: RunState; batches: readonly Tensors[]; rates: readonly tf.Scalar[] }) => {
      let { state } = given;
      const steps = given.batches.map((batch, index) => {
        const taken = step({ state, batch, learningRate: given.rates[index]! });
        state = taken.state;
        return taken.outcome;
      });
      return { state, steps };
    },
    { donate: ['state'] },
  );
  return async (state, steps, rates, onUse) => {
    const scalars = rates.map((rate) => tf.scalar(rate));
    try {
      onUse?.();
      const done = await run({ state, batches: steps.map(([batch]) => batch!.tensors), rates: scalars });
      return { state: done.state, steps: await Promise.all(done.steps.map(numbersOf)) };
    } finally {
      tf.dispose(scalars);
    }
  };
}

function inParts<Tensors extends TensorTree>(
  engine: Engine,
  objective: Objective<Tensors>,
  options: UpdateOptions,
  collective: Collective,
): Stepper<Tensors> {
  const take = stepInParts(engine, objective, options, exchangeOf(collective));
  return async (state, steps, rates, onUse) => {
    let used = false;
    const using = () => {
      used = true;
      onUse?.();
    };
    const numbers: StepNumbers[] = [];
    let next = state;
    for (const [index, parts] of steps.entries()) {
      const rate = tf.scalar(rates[index]!);
      try {
        const done = await take(next, parts, rate, using);
        next = done.state;
        numbers.push(await numbersOf(done.outcome));
      } catch (error) {
        if (used) tf.dispose(next as unknown as tf.TensorContainer);
        throw error;
      } finally {
        rate.dispose();
      }
    }
    return { state: next, steps: numbers };
  };
}

/** Reads what a step came to, and disposes it. */
async function numbersOf(outcome: StepOutcome): Promise<StepNumbers> {
  const { gradientNorm } = outcome;
  return {
    total: await numberOf(outcome.total),
    weightNorm: await numberOf(outcome.weightNorm),
    ...(gradientNorm ? { gradientNorm: await numberOf(gradientNorm) } : {}),
    terms: await numbersByName(outcome.terms),
    figures: await numbersByName(outcome.figures),
  };
}

async function numbersByName(scalars: Scalars): Promise<Record<string, number>> {
  const read = Object.entries(scalars).map(async ([name, scalar]) => [name, await numberOf(scalar)] as const);
  return Object.fromEntries(await Promise.all(read));
}

async function numberOf(tensor: tf.Tensor): Promise<number> {
  const [value] = await tensor.data();
  tensor.dispose();
  return value!;
}
