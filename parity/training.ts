import * as tf from '@tensorflow/tfjs';
import type { ParameterLayout, Params } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type AdamWState, adamW } from '@tgm/train';
import type { Fixture } from './fixture.js';
import { type Pair, type Quantity, same } from './quantity.js';

export interface TrainingInputs {
  readonly engine: Engine;
  /** The `optimizer` of a fixture. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape of each file is its own.
  readonly optimizer: any;
  readonly params: Params;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly loss: (params: Params, inputs: Readonly<Record<string, tf.Tensor>>) => tf.Scalar;
  /** The factor of a parameter's learning rate. */
  readonly scaleOf: (name: string) => number;
}

export interface TrainingResult {
  readonly gradients: Params;
  /** Losses before each step and after the last. */
  readonly losses: number[];
  readonly params: Params;
}

type State = { readonly params: Params; readonly optimizers: Readonly<Record<string, AdamWState>> };

/** Gradients at the start, and some steps of AdamW on one batch. */
export async function train(options: TrainingInputs): Promise<TrainingResult> {
  const { engine, optimizer, params, inputs, loss, scaleOf } = options;
  const adam = adamW({
    betas: optimizer.betas,
    epsilon: optimizer.eps,
    weightDecay: optimizer.weight_decay,
  });
  const names = Object.keys(params);
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const scale = String(scaleOf(name));
    groups.set(scale, [...(groups.get(scale) ?? []), name]);
  }
  const of = (all: Params, scale: string): Params =>
    Object.fromEntries(groups.get(scale)!.map((name) => [name, all[name]!]));

  const gradients = (state: State, given: Readonly<Record<string, tf.Tensor>>) => {
    const objective = (...tensors: tf.Tensor[]) =>
      loss(Object.fromEntries(names.map((name, index) => [name, tensors[index]!])), given);
    const { value, grads } = tf.valueAndGrads(objective)(names.map((name) => state.params[name]!));
    return { value, gradients: Object.fromEntries(names.map((name, index) => [name, grads[index]!])) };
  };
  const start = engine.compile((given: { state: State; inputs: Readonly<Record<string, tf.Tensor>> }) =>
    gradients(given.state, given.inputs),
  );
  const step = engine.compile((given: { state: State; inputs: Readonly<Record<string, tf.Tensor>> }) => {
    const { value, gradients: slopes } = gradients(given.state, given.inputs);
    const next: Record<string, tf.Tensor> = {};
    const optimizers: Record<string, AdamWState> = {};
    for (const scale of groups.keys()) {
      const rate = tf.scalar(optimizer.lr * Number(scale));
      const state = given.state.optimizers[scale]!;
      const updated = adam.update(of(slopes, scale), state, of(given.state.params, scale), rate);
      Object.assign(next, updated.params);
      optimizers[scale] = updated.state;
    }
    return { value, state: { params: next, optimizers } };
  });

  const optimizers = Object.fromEntries(
    [...groups.keys()].map((scale) => [scale, adam.init(of(params, scale))]),
  );
  let state: State = { params, optimizers };
  const first = await start({ state, inputs });
  const losses: number[] = [];
  for (let count = 0; count < optimizer.steps; count++) {
    const after = await step({ state, inputs });
    losses.push((await after.value.data())[0]!);
    state = after.state;
  }
  const last = await start({ state, inputs });
  losses.push((await last.value.data())[0]!);
  return { gradients: first.gradients, losses, params: state.params };
}

/** Whether the optimiser decays the same parameters as the reference's. */
export function sameDecay(params: Params, model: ParameterLayout, decaying: readonly string[]): Quantity {
  const { decays } = adamW();
  const official = new Map(model.official.map((row) => [row.name, row.official]));
  const got = new Set(
    Object.entries(params)
      .filter(([name, { shape }]) => decays(name, shape))
      .map(([name]) => official.get(name)!),
  );
  return same('weight decay groups', [...got].sort(), [...decaying].sort());
}

/** Our tensors beside the reference's, thirds of a joined one together again. */
export async function officialPairs(
  model: ParameterLayout,
  got: Params,
  expected: Params,
  minus?: Params,
): Promise<Pair[]> {
  const joined = new Map<string, { got: number[]; expected: number[] }>();
  for (const { name, official } of model.official) {
    const pair = joined.get(official) ?? { got: [], expected: [] };
    const base = minus ? await minus[name]!.data() : undefined;
    const less = (values: ArrayLike<number>) => Array.from(values, (value, at) => value - (base?.[at] ?? 0));
    joined.set(official, {
      got: pair.got.concat(less(await got[name]!.data())),
      expected: pair.expected.concat(less(await expected[name]!.data())),
    });
  }
  return [...joined].map(([name, pair]) => ({ name, ...pair }));
}

/** The name of the group with the weights after the last step, such as `adamw10/`. */
export function steppedPrefix({ json }: Fixture): string {
  return `adamw${json.optimizer.steps}/`;
}
